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
    /// Something of the answer went out: the status can't be changed any more, and no other attempt can follow.
    var hasOutput: Bool { get }
    /// The last byte went out, after a whole answer or after an error.
    var isEnded: Bool { get }
    /// What keeps a silent connection open, between any two events. It says nothing about the answer.
    var keepAlive: [UInt8] { get }

    /// - Returns: What is to be sent now; often nothing.
    mutating func write(_ event: ModelStreamEvent) -> [UInt8]

    /// Ends the stream with an error; never with what a whole answer ends with.
    mutating func fail(_ problem: IngressProblem) -> [UInt8]
}

extension IngressStreamWriter {
    /// A comment, which no client gets to see.
    package var keepAlive: [UInt8] { Array(": keep-alive\n\n".utf8) }

    mutating func failAfterRestart() -> [UInt8] {
        self.fail(
            IngressProblem(
                .upstreamFailed, "The model's answer broke off, and what was sent already can't be continued."))
    }
}
