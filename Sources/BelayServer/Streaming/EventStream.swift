import BelayCore
import BelayJSON
import BelayResilience
import BelayRuntime
import Hummingbird

/// An execution as server-sent events.
///
/// Durable events carry their number as `id`, so that a client that comes back with `Last-Event-ID` misses none and
/// gets none twice. Text as it is written comes as `delta` without an `id`: it is best effort. The stream ends after the
/// event that ends the execution, or when the server stops; a client that comes back finds out which it was.
struct EventStream: Sendable {
    let feed: ExecutionFeed
    let departure: Departure
    /// What the request took of the rates; nil where nothing is limited. Ends with the stream.
    let grant: RateGrant?

    /// How long clients wait before they come back, in milliseconds.
    private static let retryMilliseconds = 1_000

    var response: Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream", .cacheControl: "no-store", .xAccelBuffering: "no",
            ],
            body: ResponseBody { writer in
                // The body runs in one task, and `Departure` ends the only child that writes before it returns.
                nonisolated(unsafe) var output = writer
                do {
                    // Before the client learns of the end, so that its next request finds the place free.
                    defer { self.grant?.end() }
                    try await output.write(ByteBuffer(string: "retry: \(Self.retryMilliseconds)\n\n"))
                    try await self.departure.ending { try await self.write(to: &output) }
                }
                try await output.finish(nil)
            })
    }

    private func write(to output: inout any ResponseBodyWriter) async throws {
        for try await item in self.feed { try await output.write(ByteBuffer(string: Self.frame(item))) }
    }

    static func frame(_ item: FeedItem) -> String {
        switch item {
        case .heartbeat: return ": keep-alive\n\n"
        case .event(let entry):
            let type = entry.event.view.type.rawValue
            return "id: \(entry.sequence)\nevent: \(type)\ndata: \(entry.view.serialized())\n\n"
        case .progress(let step, .attemptStarted(let number, let path)):
            let data: JSON = ["step": .int(Int64(step)), "attempt": .int(Int64(number)), "path": .string("\(path)")]
            return "event: attempt\ndata: \(data.serialized())\n\n"
        case .progress(let step, .textDelta(let text, let attempt)):
            let data: JSON = ["step": .int(Int64(step)), "attempt": .int(Int64(attempt)), "text": .string(text)]
            return "event: delta\ndata: \(data.serialized())\n\n"
        case .progress(let step, .attemptFailed(let attempt)):
            let data: JSON = [
                "step": .int(Int64(step)), "attempt": .int(Int64(attempt.number)),
                "failure": .string(attempt.failure.kind.code),
            ]
            return "event: attempt_failed\ndata: \(data.serialized())\n\n"
        }
    }
}
