import BelayCore
import BelayJSON

/// Why a value isn't what it should be, for whoever wrote it.
package struct RoutingFormatError: Error, Hashable, CustomStringConvertible {
    package let description: String
}

/// Reads the members of an object, and says of each that is wrong what it should have been.
struct FieldReader {
    private let object: JSON.Object
    private let owner: String

    init(_ json: JSON, of owner: String) throws(RoutingFormatError) {
        guard let object = json.objectValue else {
            throw RoutingFormatError(description: "\(owner) is an object, not \(json.kind).")
        }
        self.object = object
        self.owner = owner
    }

    /// Unknown members are errors: a misspelled one would be lost without a word.
    func allow(_ keys: [String]) throws(RoutingFormatError) {
        guard let unknown = self.object.keys.first(where: { !keys.contains($0) }) else { return }
        throw RoutingFormatError(
            description: "\(self.owner) has no member `\(unknown.prefix(64))`; it has \(keys.joined(separator: ", ")).")
    }

    func optional<Value>(
        _ key: String, _ expected: String, _ read: (JSON) -> Value?
    ) throws(RoutingFormatError) -> Value? {
        guard let json = self.object[key], !json.isNull else { return nil }
        guard let value = read(json) else {
            throw RoutingFormatError(description: "`\(key)` is \(expected).")
        }
        return value
    }

    func required<Value>(
        _ key: String, _ expected: String, _ read: (JSON) -> Value?
    ) throws(RoutingFormatError) -> Value {
        guard let value = try self.optional(key, expected, read) else {
            throw RoutingFormatError(description: "\(self.owner) needs `\(key)`: \(expected).")
        }
        return value
    }

    func nested<Value>(
        _ key: String, _ read: (JSON) throws(RoutingFormatError) -> Value
    ) throws(RoutingFormatError) -> Value? {
        guard let json = self.object[key], !json.isNull else { return nil }
        return try read(json)
    }

    func name(_ key: String) throws(RoutingFormatError) -> String {
        try self.required(key, "a text of 1 to 128 bytes") {
            $0.stringValue.flatMap { (1...128).contains($0.utf8.count) ? $0 : nil }
        }
    }

    func path(_ key: String) throws(RoutingFormatError) -> ModelPath {
        try self.required(key, "`provider/model`") { $0.stringValue.flatMap(ModelPath.init(text:)) }
    }

    func count(_ key: String) throws(RoutingFormatError) -> Int? {
        try self.optional(key, "a whole number from 0") { $0.intValue.flatMap { $0 >= 0 ? $0 : nil } }
    }

    /// A finite number.
    func number(_ key: String) throws(RoutingFormatError) -> Double? {
        try self.optional(key, "a number") { $0.doubleValue.flatMap { $0.isFinite ? $0 : nil } }
    }

    func optionalSuccess(_ key: String) throws(RoutingFormatError) -> Double? {
        try self.optional(key, "a number from 0 to 1, or true or false") { json in
            json.boolValue.map { $0 ? 1 : 0 } ?? json.doubleValue.flatMap { (0...1).contains($0) ? $0 : nil }
        }
    }
}

extension ModelPath {
    /// Reads `provider/model`; the model's name may have further slashes.
    package init?(text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(provider: String(parts[0]), model: String(parts[1]))
    }
}
