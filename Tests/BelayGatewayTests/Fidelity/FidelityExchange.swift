import BelayCore
import BelayIngress
import BelayJSON
import BelayModels
import BelayTesting

/// One case, asked for by a client of one protocol.
struct FidelityExchange: Sendable {
    let sample: FidelityCase
    let wire: IngressProtocol
    let upstream: ReplayUpstream
    let client: RawClient

    private var name: String { "case-\(self.sample.kind.rawValue)-\(self.sample.seed)-\(self.wire.rawValue)" }
    private var isForwarded: Bool { self.sample.kind.speaks(self.wire) }
    /// Chat completions tell the usage of a stream on request only; one client of four doesn't care.
    private var wantsUsage: Bool { self.wire != .chatCompletions || self.sample.seed % 4 > 0 }

    /// What is wrong with the answer, streamed or not; nil when it is the one that the vendor gave, both times.
    func problem() throws -> String? {
        let whole = try self.ask(streams: false, "whole", type: "application/json", self.sample.whole)
        let streamed = try self.ask(streams: true, "stream", type: "text/event-stream", self.sample.stream.bytes)
        if self.sample.isFailure { return self.problemWithFailure(whole, streamed) }
        guard whole.status == 200, streamed.status == 200, whole.isComplete, streamed.isComplete else {
            return self.told("no answer", whole, streamed)
        }
        return try self.isForwarded ? self.problemForwarded(whole, streamed) : self.problemTranslated(whole, streamed)
    }

    /// A client of the vendor's own protocol gets the vendor's own answer.
    private func problemForwarded(_ whole: RawClient.Reply, _ streamed: RawClient.Reply) -> String? {
        if whole.body != self.sample.whole { return self.told("another body", whole, streamed) }
        let events = RawClient.events(streamed.body)
        // Not as strings, which are equal with other code points too.
        let sent = self.sample.stream.data.filter { self.wantsUsage || !Self.isUsage($0) }
        let isSame = events.map { Array($0.data.utf8) } == sent.map { Array($0.utf8) }
        return isSame && self.isWhole(events) ? nil : self.told("other events", whole, streamed)
    }

    private func problemTranslated(_ whole: RawClient.Reply, _ streamed: RawClient.Reply) throws -> String? {
        let isProjected = ClientView.isProjected(self.sample)
        for (streams, reply) in [(false, whole), (true, streamed)] {
            let expected = ClientView.expected(
                self.sample, by: self.wire, streamed: streams, hidesUsage: streams && !self.wantsUsage)
            let answer: ModelAnswer
            do {
                answer = try streams ? self.answer(RawClient.events(reply.body)) : self.answer(JSON.parse(reply.body))
            } catch {
                return self.told("\(streams ? "streamed" : "whole"): \(error)", whole, streamed)
            }
            let seen = ClientView.seen(answer, isProjected: isProjected)
            guard seen == expected, answer.model == "m-1" else {
                let what = streams ? "streamed" : "whole"
                return self.told("\(what): expected \(expected)\n  but the client has \(seen)", whole, streamed)
            }
        }
        return nil
    }

    /// No answer comes as an error both times: as the same one, where the stream had not begun.
    private func problemWithFailure(_ whole: RawClient.Reply, _ streamed: RawClient.Reply) -> String? {
        guard whole.status >= 400, whole.isComplete, streamed.isComplete else {
            return self.told("an answer that is none", whole, streamed)
        }
        if streamed.status == whole.status, self.error(whole) == self.error(streamed) { return nil }
        let events = RawClient.events(streamed.body)
        let isError = streamed.status == 200 && self.isError(events) && !self.isWhole(events)
        return isError ? nil : self.told("a stream that should have failed", whole, streamed)
    }

    /// What is wrong with a stream that broke off; nil when nobody could take it for whole.
    func problemWithCut() throws -> String? {
        var random = SeededGenerator(seed: self.sample.seed ^ 0xC07)
        let bytes = Array(self.sample.stream.bytes[..<(self.sample.cut ?? 0)])
        let endsWell = Bool.random(using: &random)
        let reply = try self.ask(streams: true, "cut", type: "text/event-stream", bytes, endsWell: endsWell)
        if reply.status >= 400, reply.isComplete { return nil }
        let events = RawClient.events(reply.body)
        let isFine = reply.status == 200 && reply.isComplete && self.isError(events) && !self.isWhole(events)
        return isFine ? nil : self.told("a cut stream that looks whole or says nothing", reply, reply)
    }

    private func ask(
        streams: Bool, _ mode: String, type: String, _ body: [UInt8], endsWell: Bool = true
    ) throws -> RawClient.Reply {
        var random = SeededGenerator(seed: self.sample.seed)
        let question = "\(self.name)-\(mode)"
        self.upstream.answer(
            question,
            with: .init(type: type, pieces: body.cut(using: &random), packets: random, endsWell: endsWell))
        defer { self.upstream.answer(question, with: nil) }
        let ask = Ask(wire: self.wire, streams: streams)
        var changes: [String: JSON?] = self.wire == .responses ? ["include": ["reasoning.encrypted_content"]] : [:]
        if !self.wantsUsage { changes.updateValue(nil, forKey: "stream_options") }
        let model = "route/\(self.sample.kind.rawValue)"
        return try self.client.post(ask.path, ask.body("\(question);", model: model, with: changes).bytes())
    }

    private func answer(_ body: JSON) throws -> ModelAnswer {
        switch self.wire {
        case .chatCompletions: try ChatClient.answer(from: body)
        case .messages: try MessagesClient.answer(from: body)
        case .responses: try ResponsesClient.answer(from: body)
        }
    }

    private func answer(_ events: [(name: String, data: String)]) throws -> ModelAnswer {
        switch self.wire {
        case .chatCompletions: try ChatClient.answer(fromStream: events.map(\.data))
        case .messages: try MessagesClient.answer(fromStream: events)
        case .responses: try ResponsesClient.answer(fromStream: events)
        }
    }

    /// A chunk that was added for the gateway's own sake.
    private static func isUsage(_ data: String) -> Bool {
        guard let chunk = try? JSON.parse(data) else { return false }
        return chunk["choices"] == [] && chunk["usage"]?.objectValue != nil
    }

    private func isWhole(_ events: [(name: String, data: String)]) -> Bool {
        switch self.wire {
        case .chatCompletions: events.contains { $0.data == "[DONE]" }
        case .messages: events.contains { $0.name == "message_stop" }
        case .responses: events.contains { ["response.completed", "response.incomplete"].contains($0.name) }
        }
    }

    private func isError(_ events: [(name: String, data: String)]) -> Bool {
        guard let last = events.last, let json = try? JSON.parse(last.data) else { return false }
        return switch self.wire {
        case .chatCompletions: json["error"]?["message"] != nil
        case .messages: last.name == "error" && json["error"]?["message"] != nil
        case .responses: last.name == "response.failed" && json["response"]?["status"] == "failed"
        }
    }

    /// Without the request's name, which is never the same.
    private func error(_ reply: RawClient.Reply) -> JSON? { (try? JSON.parse(reply.body))?["error"] }

    /// All that is needed to understand it.
    private func told(_ what: String, _ whole: RawClient.Reply, _ streamed: RawClient.Reply) -> String {
        func shown(_ bytes: [UInt8]) -> String {
            String(decoding: bytes.prefix(6_000), as: UTF8.self).debugDescription
        }
        return """
            seed \(self.sample.seed), \(self.sample.kind.rawValue) asked for by \(self.wire.rawValue): \(what)
              vendor's body:   \(shown(self.sample.whole))
              vendor's stream: \(shown(self.sample.stream.bytes)), cut at \(self.sample.cut.map(String.init) ?? "no place")
              client's body:   \(whole.status) \(shown(whole.body))
              client's stream: \(streamed.status) \(shown(streamed.body))
            Again: BELAY_FIDELITY_SEED=\(self.sample.seed) BELAY_FIDELITY_CASES=1 swift test --filter FidelityTests
            """
    }
}
