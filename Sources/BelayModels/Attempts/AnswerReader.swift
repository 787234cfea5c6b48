import BelayCore
import BelayHTTP
import BelayResilience

/// Reads the answer out of a response that says success, which it may not be.
struct AnswerReader: Sendable {
    /// Some servers send all arguments of a tool call in one event.
    private static let maxEventBytes = 4 << 20

    let provider: any ModelProvider
    /// Whether what comes is passed on as it came.
    let forwards: Bool
    let monitor: PhaseMonitor
    let meter: UsageMeter
    /// Nil when the answer was not asked for as a stream.
    let observe: (@Sendable (AttemptPart) async throws -> Void)?

    func answer(from response: HTTPResponse) async throws -> AttemptAnswer {
        switch (response.mediaType, self.observe) {
        case ("text/event-stream", _?): return AttemptAnswer(answer: try await self.stream(response.body))
        case (nil, _), ("application/json", _): return try await self.whole(response.body)
        case (let type?, _) where type.hasSuffix("+json"): return try await self.whole(response.body)
        case (let type?, _):
            throw ModelFailure(
                .malformedResponse, status: response.status,
                message: "the content type is \(type.prefix(100)), which is no answer of a model")
        }
    }

    /// An answer that came at once: because that was asked for, or from a server that doesn't stream.
    private func whole(_ body: HTTPResponseBody) async throws -> AttemptAnswer {
        var bytes: [UInt8] = []
        let answer: ModelAnswer
        do {
            for try await chunk in body {
                self.monitor.record(.content)
                bytes += chunk
            }
            answer = try self.provider.answer(from: bytes)
        } catch let failure as ModelFailure where failure.kind != .malformedResponse {
            self.meter.record(failure.usage, isFinal: true)
            throw failure
        } catch {
            self.meter.record(body: bytes, usage: (error as? ModelFailure)?.usage)
            throw error
        }
        self.noteWhole(answer)
        if let observe = self.observe { for event in answer.events { try await observe(.event(event)) } }
        return AttemptAnswer(answer: answer, original: self.forwards && self.observe == nil ? bytes : nil)
    }

    /// Whoever leaves from now on leaves a whole answer.
    private func noteWhole(_ answer: ModelAnswer) {
        if answer.usage != .zero { return self.meter.record(answer.usage, isFinal: true) }
        self.meter.record(nil, events: answer.events)
    }

    private func stream(_ body: HTTPResponseBody) async throws -> ModelAnswer {
        var parser = ServerSentEventParser(maxEventBytes: Self.maxEventBytes)
        var machine = self.provider.makeStream()
        var assembler = StreamAssembler(origin: self.provider.name)
        do {
            for try await chunk in body {
                for item in try Self.items(in: chunk, parser: &parser) {
                    try await self.apply(item, to: &machine, assembler: &assembler)
                }
            }
        } catch let error where machine.isFinished && !(error is ModelFailure) {
            // The answer is complete. The rest of the body was only read so that the connection can be used again.
        }
        try machine.end()
        var answer = try assembler.answer()
        answer.usage = machine.usage
        return answer
    }

    private func apply(
        _ item: ServerSentEventParser.Item, to machine: inout any ModelStreamMachine,
        assembler: inout StreamAssembler
    ) async throws {
        guard case .event(let event) = item else { return self.monitor.record(.keepAlive) }
        guard !machine.isFinished else {
            // Nothing belongs to an answer that has ended, but that it is paid.
            if machine.applyLate(event) { self.meter.record(machine.usage, isFinal: true) }
            return
        }
        let events: [ModelStreamEvent]
        do {
            events = try machine.apply(event)
        } catch {
            self.meter.record(machine.usage, isFinal: machine.isUsageFinal)
            throw error
        }
        self.meter.record(machine.usage, isFinal: machine.isUsageFinal, events: events)
        for event in events { try assembler.apply(event) }
        // An answer that turns out to be none must not look whole: its end isn't passed on.
        if machine.isFinished { _ = try assembler.answer() }
        let isContent = events.contains(where: \.isContent)
        if let observe {
            if isContent { self.monitor.record(.handedOn) }
            if self.forwards {
                try await observe(.frame(event, isOutput: events.contains(where: \.isOutput)))
            } else {
                for event in events { try await observe(.event(event)) }
            }
        }
        self.monitor.record(isContent ? .content : .keepAlive)
    }

    private static func items(
        in chunk: [UInt8], parser: inout ServerSentEventParser
    ) throws(ModelFailure) -> [ServerSentEventParser.Item] {
        do {
            return try parser.append(chunk)
        } catch {
            throw ModelFailure(.malformedResponse, message: "an event of the stream is over \(error.limit) bytes")
        }
    }
}

extension ModelStreamEvent {
    /// Something of the answer itself. That it has begun says nothing yet: providers say so at once and then think.
    var isContent: Bool {
        if case .started = self { false } else { true }
    }

    /// Something that would be repeated if another attempt took over.
    var isOutput: Bool {
        switch self {
        case .textDelta, .reasoningDelta, .reasoningSignature, .toolCallStarted, .toolCallArgumentsDelta: true
        case .started, .usage, .finished: false
        }
    }
}
