import BelayJSON
import Crypto

/// Takes large texts out of events, so that a text is stored once however often it is said.
///
/// A string of at least `threshold` bytes becomes `{"$content": "<sha256>"}`, unless it holds U+0000: stored as text on its
/// own, many databases would cut it there, while in JSON it is escaped. An object of the user's that has this
/// very shape is itself turned into content, so that the way back is always right.
public enum LargeContent {
    /// Bytes from which a string is stored apart: 16 KiB.
    public static let threshold = 16 * 1_024
    private static let key = "$content"
    private static let quotedKey = "$object"

    /// The value with references in place of large strings, and the strings by their hash.
    public static func extract(from value: JSON) -> (value: JSON, contents: [String: String]) {
        var contents: [String: String] = [:]
        return (Self.extract(value, into: &contents), contents)
    }

    private static func extract(_ value: JSON, into contents: inout [String: String]) -> JSON {
        switch value {
        case .string(let text) where text.utf8.count >= Self.threshold && !text.utf8.contains(0):
            let hash = Digest.sha256(Array(text.utf8))
            contents[hash] = text
            return .object([Self.key: .string(hash)])
        case .array(let items): return .array(items.map { Self.extract($0, into: &contents) })
        case .object(let object):
            let mapped = JSON.Object(object.map { (key: $0.key, value: Self.extract($0.value, into: &contents)) })
            let looksLikeReference = object.count == 1 && (object[Self.key] != nil || object[Self.quotedKey] != nil)
            return looksLikeReference ? .object([Self.quotedKey: .object(mapped)]) : .object(mapped)
        case .null, .bool, .int, .number, .string: return value
        }
    }

    /// The hashes that `value` refers to.
    public static func references(in value: JSON) -> Set<String> {
        switch value {
        case .array(let items): return items.reduce(into: []) { $0.formUnion(Self.references(in: $1)) }
        case .object(let object):
            if object.count == 1, let hash = object[Self.key]?.stringValue { return [hash] }
            var object = object
            // What the user wrote in the shape of a reference refers to nothing.
            if object.count == 1, case .object(let quoted)? = object[Self.quotedKey] { object = quoted }
            return object.reduce(into: []) { $0.formUnion(Self.references(in: $1.value)) }
        case .null, .bool, .int, .number, .string: return []
        }
    }

    /// The value with its texts put back.
    ///
    /// - Throws: `StoreError.corrupt` when a text is missing.
    public static func restore(_ value: JSON, from contents: [String: String]) throws(StoreError) -> JSON {
        switch value {
        case .array(let items):
            var restored: [JSON] = []
            for item in items { restored.append(try Self.restore(item, from: contents)) }
            return .array(restored)
        case .object(let object):
            if object.count == 1, let hash = object[Self.key]?.stringValue {
                guard let text = contents[hash] else { throw .corrupt("content \(hash) is missing") }
                return .string(text)
            }
            var source = object
            if object.count == 1, case .object(let quoted)? = object[Self.quotedKey] { source = quoted }
            var pairs: [(key: String, value: JSON)] = []
            for (key, item) in source { pairs.append((key: key, value: try Self.restore(item, from: contents))) }
            return .object(JSON.Object(pairs))
        case .null, .bool, .int, .number, .string: return value
        }
    }
}
