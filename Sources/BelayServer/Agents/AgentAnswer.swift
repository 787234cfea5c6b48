import BelayCore
import BelayIngress
import BelayJSON
import BelayResilience
import BelayRuntime
import HTTPTypes
import Hummingbird

/// The answer of an agent to a client of a chat protocol, whole or streamed. Whatever becomes of the client, or of its
/// patience, the execution goes on.
struct AgentAnswer: Sendable {
    let wire: IngressProtocol
    let asked: IngressRequest
    let stamp: AnswerStamp
    let watch: AgentWatch
    let departure: Departure
    /// How long the client waits at most.
    let patience: Duration
    let clock: any Clock<Duration>

    private var execution: HTTPFields { [.belayExecution: self.watch.execution.rawValue] }

    /// All of it at once.
    func whole() async throws -> Response {
        let done = Locked<AgentWatch.End?>(nil)
        do {
            try await self.departure.ending {
                let end = try await withDeadline(self.patience, clock: self.clock) {
                    try await self.watch.run { _ in }
                }
                done.withLock { $0 = end }
            }
            guard let end = done.withLock({ $0 }) else { throw CancellationError() }
            return self.response(end)
        } catch {
            guard let problem = self.problem(for: error) else { throw error }
            return self.problem(problem, AgentTally())
        }
    }

    private func response(_ end: AgentWatch.End) -> Response {
        switch end.outcome?.answer(end.tally) ?? .problem(self.stopping) {
        case .problem(let problem): return self.problem(problem, end.tally)
        case .text(let text, let stop):
            let answer = ModelAnswer(
                content: [.text(text)], stopReason: stop, usage: end.tally.usage, model: self.asked.model)
            var response = Response.json(self.wire.body(of: answer, to: self.asked, stamp: self.stamp))
            response.headers.append(contentsOf: self.execution)
            response.headers.append(contentsOf: self.notes(end))
            return response
        }
    }

    private func problem(_ problem: IngressProblem, _ tally: AgentTally) -> Response {
        var response = self.wire.response(to: problem, requestID: nil)
        response.headers.append(contentsOf: self.execution)
        response.headers.append(contentsOf: AnswerHeaders.fields(of: tally))
        return response
    }

    private func notes(_ end: AgentWatch.End) -> HTTPFields {
        var fields = AnswerHeaders.fields(of: end.tally)
        let waits = end.outcome?.waits ?? []
        if !waits.isEmpty { fields[.belayWait] = waits.map(\.wait.id.rawValue).joined(separator: ", ") }
        return fields
    }

    /// As it comes. The response begins at once, so that it can be kept alive while tools run.
    func stream(requestID: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/event-stream", .cacheControl: "no-store", .xAccelBuffering: "no",
                .belayExecution: self.watch.execution.rawValue,
            ],
            body: ResponseBody { output in
                // The body runs in one task, and of the children of `Departure` and the deadline one at a time writes,
                // each awaited before the next.
                nonisolated(unsafe) var output = output
                nonisolated(unsafe) var writer = self.wire.makeStream(
                    for: self.asked, stamp: self.stamp, requestID: requestID)
                let isComplete = Locked(false)
                try await self.departure.ending {
                    try await self.write(&writer, to: &output)
                    isComplete.withLock { $0 = true }
                }
                // The server stops. If it was the client that left, nobody gets this.
                if !isComplete.withLock({ $0 }) {
                    try await output.write(ByteBuffer(bytes: writer.fail(self.stopping)))
                }
                try await output.finish(nil)
            })
    }

    private func write(
        _ writer: inout any IngressStreamWriter, to output: inout any ResponseBodyWriter
    ) async throws {
        let bytes: [UInt8]
        do {
            let end = try await self.show(&writer, on: &output)
            bytes = self.end(end, &writer)
        } catch {
            guard let problem = self.problem(for: error) else { throw error }
            bytes = writer.fail(problem)
        }
        try await output.write(ByteBuffer(bytes: bytes))
    }

    private func show(
        _ writer: inout any IngressStreamWriter, on output: inout any ResponseBodyWriter
    ) async throws -> AgentWatch.End {
        // Handed over for as long as the call below lasts, and taken back when it is over, however it ends.
        nonisolated(unsafe) var (lent, open) = (writer, output)
        defer { (writer, output) = (lent, open) }
        return try await withDeadline(self.patience, clock: self.clock) {
            try await self.watch.run { sign in
                try await open.write(ByteBuffer(bytes: Self.bytes(for: sign, &lent)))
            }
        }
    }

    private static func bytes(for sign: AgentWatch.Sign, _ writer: inout any IngressStreamWriter) -> [UInt8] {
        switch sign {
        case .text(let text): writer.write(.textDelta(text))
        // Before its first event some clients of Anthropic's protocol would not expect a ping.
        case .silence: writer.hasOutput ? writer.keepAlive : Array(": keep-alive\n\n".utf8)
        }
    }

    private func end(_ end: AgentWatch.End, _ writer: inout any IngressStreamWriter) -> [UInt8] {
        let notes = StreamNotes.bytes(of: self.notes(end))
        switch end.outcome?.answer(end.tally) ?? .problem(self.stopping) {
        case .problem(let problem): return writer.fail(problem) + notes
        // Its text was shown when the watch met it.
        case .text(_, let stop): return writer.write(.usage(end.tally.usage)) + writer.write(.finished(stop)) + notes
        }
    }

    /// Nil for what nobody is there to read.
    private func problem(for error: any Error) -> IngressProblem? {
        switch error {
        case is DeadlineExceeded: self.impatience
        case is AgentWatch.Voided:
            self.goesOn(.upstreamFailed, "The answer broke off, and what was sent of it doesn't stand.")
        case let error as RequestError: self.goesOn(.overloaded, error.message)
        default: nil
        }
    }

    private var impatience: IngressProblem {
        self.goesOn(.timedOut, "The agent is still at work after \(self.patience).")
    }

    private var stopping: IngressProblem { self.goesOn(.overloaded, "The server is stopping.") }

    private func goesOn(_ kind: IngressProblem.Kind, _ message: String) -> IngressProblem {
        let id = self.watch.execution
        var problem = IngressProblem(
            kind,
            "\(message) The execution goes on: ask for it at GET /v1/executions/\(id), or repeat the request with the "
                + "Idempotency-Key that it had.")
        // Without a key a repetition would begin the task anew.
        problem.wasTried = true
        return problem
    }
}
