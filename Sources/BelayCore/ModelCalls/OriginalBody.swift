import BelayJSON

/// A request as its client wrote it. A provider that speaks the client's protocol gets these very bytes, with the name of
/// its own model, so that nothing is lost on the way.
public struct OriginalBody: Sendable, Hashable {
    /// A vendor's protocol.
    public enum Wire: String, Sendable, Hashable, CaseIterable {
        /// OpenAI's chat completions, which many servers speak.
        case chatCompletions
        /// Anthropic's messages.
        case messages
        /// OpenAI's responses.
        case responses
    }

    public let wire: Wire
    /// Whether only a provider of the same protocol can answer: the request holds what no other one knows.
    public let isBound: Bool
    private let bytes: [UInt8]
    /// Where the model's name stands; in order, without overlap.
    private let modelRanges: [Range<Int>]

    /// - Parameters:
    ///   - bytes: JSON.
    ///   - modelRanges: Where the value of `model` stands in it; in order, without overlap.
    public init(wire: Wire, isBound: Bool, bytes: [UInt8], modelRanges: [Range<Int>]) {
        self.wire = wire
        self.isBound = isBound
        self.bytes = bytes
        self.modelRanges = modelRanges
    }

    /// The body with a user's message behind all others; nil when its messages aren't found.
    package func appending(userText text: String) -> OriginalBody? {
        // What a client wrote was read before; all the same, what isn't understood isn't changed.
        guard var body = (try? JSON.parse(self.bytes))?.objectValue else { return nil }
        let key = self.wire == .responses ? "input" : "messages"
        guard let messages = body[key]?.arrayValue else { return nil }
        body[key] = .array(messages + [["role": "user", "content": .string(text)]])
        body["model"] = nil
        let head = Array(#"{"model":"#.utf8)
        let rest = JSON.object(body).bytes().dropFirst()
        return OriginalBody(
            wire: self.wire, isBound: self.isBound, bytes: head + Array(#""","#.utf8) + rest,
            modelRanges: [head.count..<(head.count + 2)])
    }

    /// The body with another model's name; all other bytes are as they were.
    public func bytes(for model: String) -> [UInt8] {
        let name = JSON.string(model).bytes()
        var output: [UInt8] = []
        output.reserveCapacity(self.bytes.count + name.count)
        var copied = 0
        for range in self.modelRanges {
            output.append(contentsOf: self.bytes[copied..<range.lowerBound])
            output.append(contentsOf: name)
            copied = range.upperBound
        }
        output.append(contentsOf: self.bytes[copied...])
        return output
    }
}
