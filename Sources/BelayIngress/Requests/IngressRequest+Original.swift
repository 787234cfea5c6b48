import BelayCore
import BelayJSON

extension IngressRequest {
    /// The request as its client wrote it, for a provider of the same protocol; nil when that would not do.
    ///
    /// - Parameter body: What this was read from.
    package func original(_ body: [UInt8]) -> OriginalBody? {
        // Reasoning of another vendor, which this one would refuse: only the reading can leave it out.
        guard !self.hasMarkedReasoning else { return nil }
        // It was read before, so only a body beyond the scanner's own limits is refused here.
        guard let peek = try? RequestPeek(body) else { return nil }
        var addition = ""
        if self.wire == .chatCompletions, self.streams, !self.includesUsage {
            // The client's own options would come after these and win.
            if body.firstRange(of: Array("\"stream_options\"".utf8)) != nil { return nil }
            // Without this a stream doesn't say what it used. A client that didn't ask for it doesn't get to see it.
            addition = "\"stream_options\":{\"include_usage\":true}"
        }
        return peek.original(body, wire: self.wire.original, isBound: self.problemElsewhere != nil, adding: addition)
    }
}

extension IngressRequest {
    private var hasMarkedReasoning: Bool {
        self.request.messages.contains { message in
            message.content.contains { part in
                guard case .reasoning(let reasoning) = part else { return false }
                return reasoning.origin != Reasoning.origin(ofClientsIn: self.wire.original)
            }
        }
    }
}

extension IngressProtocol {
    package var original: OriginalBody.Wire {
        switch self {
        case .chatCompletions: .chatCompletions
        case .messages: .messages
        case .responses: .responses
        }
    }
}
