import BelayJSON

/// One server-sent event.
struct StreamEvent: Sendable {
    enum Part: Sendable, Equatable {
        /// Before any content.
        case opening
        /// Content, with its size.
        case content(tokens: Int)
        /// After the content: stop reason, usage.
        case closing
        /// The event without which the stream is not complete.
        case terminator
        case ping
    }

    var part: Part
    /// The `event:` field, where the protocol has one.
    var name: String?
    /// The `data:` field.
    var data: [UInt8]

    var isContent: Bool { if case .content = self.part { true } else { false } }

    func bytes() -> [UInt8] {
        if self.part == .ping && self.name == nil { return Array(": keep-alive\n\n".utf8) }
        var bytes: [UInt8] = []
        if let name { bytes += Array("event: \(name)\n".utf8) }
        bytes += Array("data: ".utf8)
        bytes += self.data
        bytes += Array("\n\n".utf8)
        return bytes
    }
}
