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
    /// Whether the same request gets the same execution: it has a key.
    let isRepeatable: Bool
    /// Ends with the answer, and with the client's patience: what the execution uses afterwards is nobody's rate.
    let grant: RateGrant?

    private var execution: HTTPFields { [.belayExecution: self.watch.execution.rawValue] }

    /// All of it at once.
    func whole() async throws -> Response {
        defer { self.grant?.end(tokens: self.tally.usage.total) }
        do {
            return self.response(try await self.departure.finishing { try await self.watch.run { _ in } })
        } catch {
            guard let problem = self.problem(for: error) else { throw error }
            return self.problem(problem)
        }
    }

    private var tally: AgentTally { self.watch.tally.withLock { $0 } }

    private func response(_ outcome: Outcome?) -> Response {
        switch outcome?.answer(self.tally) ?? .problem(self.stopping) {
        case .problem(let problem): return self.problem(problem)
        case .text(let text, let stop):
            let answer = ModelAnswer(
                content: [.text(text)], stopReason: stop, usage: self.tally.usage, model: self.asked.model)
            var response = Response.json(self.wire.body(of: answer, to: self.asked, stamp: self.stamp))
            response.headers.append(contentsOf: self.execution)
            response.headers.append(contentsOf: self.notes(outcome))
            return response
        }
    }

    private func problem(_ problem: IngressProblem) -> Response {
        var response = self.wire.response(to: problem, requestID: nil)
        response.headers.append(contentsOf: self.execution)
        response.headers.append(contentsOf: self.seen)
        return response
    }

    /// Of an execution that has no answer, or none yet. Nothing where no attempt is known: one may be under way.
    private var seen: HTTPFields {
        let tally = self.tally
        return tally.attempts == 0 ? [:] : AnswerHeaders.fields(of: tally)
    }

    private func notes(_ outcome: Outcome?) -> HTTPFields {
        var fields = AnswerHeaders.fields(of: self.tally)
        let waits = outcome?.waits ?? []
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
                defer { self.grant?.end(tokens: self.tally.usage.total) }
                nonisolated(unsafe) var writer = self.wire.makeStream(
                    for: self.asked, stamp: self.stamp, requestID: requestID)
                let end: Void? = try await self.departure.ending { try await self.write(&writer, to: &output) }
                // The server stops. If it was the client that left, nobody gets this.
                if end == nil {
                    try await output.write(ByteBuffer(bytes: self.failure(self.stopping, &writer)))
                }
                try await output.finish(nil)
            })
    }

    private func write(
        _ writer: inout any IngressStreamWriter, to output: inout any ResponseBodyWriter
    ) async throws {
        let bytes: [UInt8]
        do {
            bytes = self.end(try await self.show(&writer, on: &output), &writer)
        } catch {
            guard let problem = self.problem(for: error) else { throw error }
            bytes = self.failure(problem, &writer)
        }
        try await output.write(ByteBuffer(bytes: bytes))
    }

    private func show(
        _ writer: inout any IngressStreamWriter, on output: inout any ResponseBodyWriter
    ) async throws -> Outcome? {
        // Handed over for as long as the call below lasts, and taken back when it is over, however it ends.
        nonisolated(unsafe) var (lent, open) = (writer, output)
        defer { (writer, output) = (lent, open) }
        return try await self.watch.run { sign in
            try await open.write(ByteBuffer(bytes: Self.bytes(for: sign, &lent)))
        }
    }

    private static func bytes(for sign: AgentWatch.Sign, _ writer: inout any IngressStreamWriter) -> [UInt8] {
        switch sign {
        case .text(let text): writer.write(.textDelta(text))
        // Before its first event some clients of Anthropic's protocol would not expect a ping.
        case .silence: writer.hasOutput ? writer.keepAlive : Array(": keep-alive\n\n".utf8)
        }
    }

    private func end(_ outcome: Outcome?, _ writer: inout any IngressStreamWriter) -> [UInt8] {
        switch outcome?.answer(self.tally) ?? .problem(self.stopping) {
        case .problem(let problem): return self.failure(problem, &writer)
        // Its text was shown when the watch met it.
        case .text(_, let stop):
            return writer.write(.usage(self.tally.usage)) + writer.write(.finished(stop))
                + StreamNotes.bytes(of: self.notes(outcome))
        }
    }

    private func failure(_ problem: IngressProblem, _ writer: inout any IngressStreamWriter) -> [UInt8] {
        writer.fail(problem) + StreamNotes.bytes(of: self.seen)
    }

    /// Nil for what nobody is there to read.
    private func problem(for error: any Error) -> IngressProblem? {
        switch error {
        case is DeadlineExceeded: self.impatience
        case let outage as AgentWatch.Outage: self.outage(outage)
        case is AgentWatch.Voided:
            self.goesOn(.upstreamFailed, "The answer broke off, and what was sent of it doesn't stand.")
        case let error as RequestError: self.goesOn(.overloaded, error.message)
        default: nil
        }
    }

    private var impatience: IngressProblem {
        self.goesOn(.timedOut, "The agent is still at work after \(self.watch.patience).")
    }

    /// Looking again at once would find nothing: the first pause is no shorter.
    private static let leastPause = Duration.seconds(5)

    private func outage(_ outage: AgentWatch.Outage) -> IngressProblem {
        var problem = self.goesOn(.overloaded, "No model answers at the moment, and the agent tries again later.")
        problem.retryAfter = outage.pause ?? Self.leastPause
        problem.wasTried = !self.isRepeatable
        return problem
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
