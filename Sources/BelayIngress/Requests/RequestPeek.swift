import BelayCore
import BelayJSON

/// What routing needs of a request, found in its bytes without building a tree.
///
/// The whole body is checked by the rules of `JSON.parse`: a body that passes here passes there. Of a repeated key the
/// last value counts, and a new model's name takes the place of all of them, so that no reader further on can find
/// another one.
package struct RequestPeek: Sendable, Hashable {
    /// A top-level member as far as it was looked at.
    package enum Value: Sendable, Hashable {
        case absent
        case string(String)
        case bool(Bool)
        case int(Int)
        case null
        /// Of another kind, or a number that is no `Int`.
        case other
    }

    package private(set) var model = Value.absent
    package private(set) var stream = Value.absent
    /// `max_tokens`, `max_completion_tokens` or `max_output_tokens`: of several the one that comes last.
    package private(set) var maxTokens = Value.absent
    /// Where the values of `model` stand in the body, in order; one, unless the key is repeated.
    private(set) var modelRanges: [Range<Int>] = []

    /// - Throws: `JSON.ParseError` for what is no JSON, no object, or beyond the limits.
    package init(_ body: [UInt8], limits: JSON.Limits = .default) throws(JSON.ParseError) {
        self = try body.withUnsafeBufferPointer { Self.peek(at: $0, limits: limits) }.get()
    }

    private init() {}

    /// Whether the object has no member at all.
    private var isEmpty = true

    package var modelName: String? { if case .string(let name) = self.model { name } else { nil } }
    /// Whether a stream is asked for.
    package var streams: Bool { self.stream == .bool(true) }

    /// The body as a provider of the same protocol gets it.
    ///
    /// - Parameters:
    ///   - body: The one that was peeked at.
    ///   - addition: A member, such as `"n":1`, that goes before all others.
    package func original(
        _ body: [UInt8], wire: OriginalBody.Wire, isBound: Bool = false, adding addition: String = ""
    ) -> OriginalBody {
        guard !addition.isEmpty, let brace = body.firstIndex(of: UInt8(ascii: "{")) else {
            return OriginalBody(wire: wire, isBound: isBound, bytes: body, modelRanges: self.modelRanges)
        }
        let text = Array((self.isEmpty ? addition : addition + ",").utf8)
        let ranges = self.modelRanges.map { ($0.lowerBound + text.count)..<($0.upperBound + text.count) }
        let bytes = body[...brace] + text + body[(brace + 1)...]
        return OriginalBody(wire: wire, isBound: isBound, bytes: Array(bytes), modelRanges: ranges)
    }

    private static func peek(
        at body: UnsafeBufferPointer<UInt8>, limits: JSON.Limits
    ) -> Result<RequestPeek, JSON.ParseError> {
        var scanner = BodyScanner(body, limits: limits)
        do throws(BodyScanner.Fault) {
            try scanner.begin()
            var peek = RequestPeek()
            try scanner.eachMember { (scanner, key) throws(BodyScanner.Fault) in try peek.take(key, from: &scanner) }
            try scanner.end()
            return .success(peek)
        } catch {
            return .failure(error.parseError(in: body))
        }
    }

    private mutating func take(_ key: BodyScanner.Key, from scanner: inout BodyScanner) throws(BodyScanner.Fault) {
        self.isEmpty = false
        switch key {
        case .model:
            let start = scanner.position
            self.model = try scanner.peekedValue()
            self.modelRanges.append(start..<scanner.position)
        case .stream: self.stream = try scanner.peekedValue()
        case .maxTokens: self.maxTokens = try scanner.peekedValue()
        case .other: try scanner.skipValue(depth: 1)
        }
    }
}
