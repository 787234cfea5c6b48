import BelayCore

/// Writes one streamed answer, event by event. Pure: events come from outside, bytes go back.
///
/// ```text
/// started → deltas in any order → usage (at most once) → finished
/// ```
/// The first bytes come with the first output, so that a failed attempt may be replaced until then: another `started`
/// begins anew. After the first output it can't be, since text that a client has is never taken back: then the stream
/// ends with an error. Whatever comes after the end is left out.
package protocol IngressStreamWriter: Sendable {
    var state: StreamState { get set }
    /// What keeps a silent connection open, between any two events. It says nothing about the answer.
    var keepAlive: [UInt8] { get }

    /// Writes a delta, or the start of a tool call. Not called after the end.
    mutating func write(part: ModelStreamEvent) throws(IngressProblem) -> [UInt8]

    /// Writes what a whole answer ends with. Not called after the end.
    mutating func writeEnd(_ reason: StopReason, stopSequence: String?) -> [UInt8]

    /// Writes the error that the stream ends with. Not called after the end.
    mutating func writeFailure(_ problem: IngressProblem) -> [UInt8]

    /// Learns of an event that a provider of the client's own protocol wrote and that goes out as it is: an error may have
    /// to fit behind it.
    mutating func noteForwarded(_ data: String)
}

extension IngressStreamWriter {
    /// Something of the answer went out: the status can't be changed any more, and no other attempt can follow.
    package var hasOutput: Bool { self.state.hasOutput }
    /// The last byte went out, after a whole answer or after an error.
    package var isEnded: Bool { self.state.isEnded }

    /// A comment, which no client gets to see.
    package var keepAlive: [UInt8] { Array(": keep-alive\n\n".utf8) }

    package mutating func noteForwarded(_ data: String) { self.state.hasOutput = true }

    /// - Returns: What is to be sent now; often nothing.
    package mutating func write(_ event: ModelStreamEvent) -> [UInt8] {
        guard !self.isEnded else { return [] }
        switch event {
        case .started(let model, _):
            guard !self.hasOutput else { return self.fail(Self.brokenOff) }
            self.state.start(model: model)
            return []
        case .usage(let usage):
            self.state.usage = usage
            return []
        case .finished(let reason, let stopSequence):
            defer { self.state.isEnded = true }
            return self.writeEnd(reason, stopSequence: stopSequence)
        case .textDelta(""), .reasoningDelta(""), .reasoningSignature(""), .toolCallArgumentsDelta(_, ""): return []
        case .textDelta, .reasoningDelta, .reasoningSignature, .toolCallStarted, .toolCallArgumentsDelta:
            do throws(IngressProblem) {
                return try self.write(part: event)
            } catch {
                return self.fail(error)
            }
        }
    }

    /// Ends the stream with an error; never with what a whole answer ends with.
    package mutating func fail(_ problem: IngressProblem) -> [UInt8] {
        guard !self.isEnded else { return [] }
        defer { (self.state.hasOutput, self.state.isEnded) = (true, true) }
        return self.writeFailure(problem)
    }

    private static var brokenOff: IngressProblem {
        IngressProblem(.upstreamFailed, "The model's answer broke off, and what was sent already can't be continued.")
    }
}
