import BelayJSON
import Foundation
import Testing

/// Holds journals, the model's log and the service's books against each other.
struct Audit {
    /// What a journal says about one tool call.
    private struct Call {
        var tool: String
        var key: String?
        var dispatches = 0
        /// The type of the last event about it, and for doubts that were settled the resolution.
        var outcome = "none"
        var mayHaveHappened = false
    }

    private let script: JobScript
    private let views: [Int: JSON]
    private let journals: [Int: [JSON]]
    private let listed: Int
    private let effects: [String: EffectService.Entry]
    /// Of the mock's log: how often each answer was sent to its end, by its tokens of input.
    private let answered: [Int: Int]

    /// - Parameters:
    ///   - jobs: The execution of each job.
    ///   - answers: The mock's log.
    init(
        of script: JobScript, jobs: [Int: String], api: API, effects: [String: EffectService.Entry], answers: [JSON]
    ) async throws {
        self.script = script
        var (views, journals) = ([Int: JSON](), [Int: [JSON]]())
        for (job, id) in jobs {
            views[job] = try await api.get("/v1/executions/\(id)").json
            journals[job] = try await api.journal(of: id)
        }
        (self.views, self.journals, self.effects) = (views, journals, effects)
        self.listed = try await api.get("/v1/executions?limit=1000").json["items"]?.arrayValue?.count ?? 0
        self.answered = answers.reduce(into: [:]) { counts, entry in
            guard entry["completed"] == true, let input = entry["tokens"]?["input"]?.intValue else { return }
            counts[input, default: 0] += 1
        }
    }

    func check() async throws {
        #expect(self.listed == self.journals.count, "one execution for each key")
        var keys: Set<String> = []
        for (job, journal) in self.journals.sorted(by: { $0.key < $1.key }) {
            let view = try #require(self.views[job])
            #expect(view["state"] == "completed", "job \(job): \(view)")
            self.checkShape(journal, of: view)
            self.checkCosts(journal, of: view, job: job)
            for call in self.calls(of: journal).values {
                self.check(call, job: job)
                if let key = call.key { keys.insert(key) }
            }
        }
        let ofTheseJobs = self.effects.filter { $0.value.job.map { self.journals[$0] != nil } ?? false }
        #expect(Set(ofTheseJobs.keys).subtracting(keys).isEmpty, "something happened that no journal knows of")
    }

    private func checkShape(_ journal: [JSON], of view: JSON) {
        let id = view["id"]?.stringValue ?? ""
        #expect(journal.compactMap { $0["sequence"]?.intValue } == Array(1...journal.count), "\(id)")
        let types = journal.compactMap { $0["type"]?.stringValue }
        #expect(types.first == "accepted" && types.last == "completed", "\(id): \(types)")
        #expect(types.count { ["accepted", "completed", "failed", "cancelled"].contains($0) } == 2, "\(id): \(types)")
        #expect(view["last_event"]?.intValue == journal.count, "\(id)")
    }

    /// Each committed answer is one that the mock sent to its end, and its tokens are settled once at their price. What
    /// attempts cost that broke off without a word on their usage is estimated, and settled once.
    private func checkCosts(_ journal: [JSON], of view: JSON, job: Int) {
        var (tokens, cost) = (0, Decimal.zero)
        var turn = 0
        for event in journal {
            let isAnswer = event["type"] == "model_answered"
            guard isAnswer || event["type"] == "model_attempt_failed" else { continue }
            let usage = isAnswer ? event["usage"] : event["failure"]?["usage"]
            defer { if isAnswer { turn += 1 } }
            guard let usage, usage != .null else {
                // Nothing was billed, or nobody knows what was, and that isn't nothing.
                let estimate = Self.dollars(event["cost_usd"]) ?? -1
                let isPlausible = event["cost_is_estimate"] == true ? estimate > 0 : estimate == 0
                #expect(!isAnswer && isPlausible, "job \(job), turn \(turn): \(event)")
                cost += estimate
                continue
            }
            let (input, output) = (self.script.input(job: job, turn: turn), self.script.output(turn: turn))
            #expect(usage["fresh_input"]?.intValue == input, "job \(job), turn \(turn): \(event)")
            if isAnswer {
                #expect(usage["output"]?.intValue == output, "job \(job), turn \(turn): \(event)")
                #expect(self.answered[input, default: 0] > 0, "job \(job), turn \(turn): the mock sent no such answer")
            }
            let settled = usage["fresh_input"]?.intValue ?? 0, written = usage["output"]?.intValue ?? 0
            let price = (Decimal(settled) + 2 * Decimal(written)) / 1_000_000
            #expect(Self.dollars(event["cost_usd"]) == price, "job \(job), turn \(turn): \(event)")
            tokens += settled + written
            cost += price
        }
        #expect(turn == self.script.turns.count + 1, "job \(job)")
        #expect(view["usage"]?["total"]?.intValue == tokens, "job \(job)")
        #expect(Self.dollars(view["cost_usd"]) == cost, "job \(job)")
    }

    private static func dollars(_ json: JSON?) -> Decimal? { json?.stringValue.flatMap { Decimal(string: $0) } }

    private func calls(of journal: [JSON]) -> [String: Call] {
        var calls: [String: Call] = [:]
        /// The call that each wait is about.
        var waits: [String: String] = [:]
        for event in journal {
            let id = event["call_id"]?.stringValue ?? ""
            let wait = event["wait"]?.stringValue ?? ""
            switch event["type"]?.stringValue {
            case "model_answered":
                for part in event["content"]?.arrayValue ?? [] where part["type"] == "tool_call" {
                    calls[part["call_id"]?.stringValue ?? ""] = Call(tool: part["name"]?.stringValue ?? "")
                }
            case "tool_call_dispatched":
                calls[id]?.dispatches += 1
                calls[id]?.key = event["idempotency_key"]?.stringValue
                calls[id]?.outcome = "tool_call_dispatched"
            case "tool_call_resolved":
                calls[id]?.outcome = event["resolution"]?.stringValue ?? ""
                if event["resolution"] == "not_sent" { calls[id]?.dispatches -= 1 }
            case "wait_opened": if event["kind"] == "resolution" { waits[wait] = id }
            case "wait_answered":
                if let call = waits[wait] { calls[call]?.outcome = event["answer"]?["resolution"]?.stringValue ?? "" }
            case let type? where type.hasPrefix("tool_call_") && type != "tool_call_approved":
                calls[id]?.outcome = type
                calls[id]?.mayHaveHappened = event["failure"]?["may_have_happened"] == true
            default: break
            }
        }
        return calls
    }

    private func check(_ call: Call, job: Int) {
        guard call.tool != "look" else {
            #expect(["tool_call_succeeded", "tool_call_failed", "tool_call_denied"].contains(call.outcome), "\(call)")
            return
        }
        let entry = call.key.flatMap { self.effects[$0] }
        let happened = entry?.effects ?? 0
        let story: Comment = "job \(job): \(call), at the service: \(String(describing: entry))"
        #expect(happened <= 1, story)
        // A key that the service doesn't look at is sent once, whatever dies.
        if call.tool != "tag" { #expect(entry?.requests ?? 0 <= 1 && call.dispatches <= 1, story) }
        switch call.outcome {
        case "tool_call_succeeded", "happened": #expect(happened == 1, story)
        case "tool_call_denied": #expect(happened == 0 && call.dispatches == 0, story)
        case "did_not_happen": #expect(happened == 0, story)
        case "compensated": #expect(entry?.isUndone == true, story)
        case "tool_call_failed": #expect(call.mayHaveHappened ? call.tool == "tag" : happened == 0, story)
        default: Issue.record("\(story.rawValue): without a result")
        }
    }

    var figures: String {
        let events = self.journals.values.joined()
        func count(_ type: String, where matches: (JSON) -> Bool = { _ in true }) -> Int {
            events.count { $0["type"]?.stringValue == type && matches($0) }
        }
        let answers = count("model_answered")
        let cost = self.views.values.compactMap { Self.dollars($0["cost_usd"]) }.reduce(0, +)
        let sent = self.answered.values.reduce(0, +)
        let doubts = ["repeat_with_same_key", "probe", "compensate", "person"].map { policy in
            "\(count("tool_call_in_doubt") { $0["policy"]?.stringValue == policy }) \(policy)"
        }
        return "\(answers) answers settled for $\(cost), \(sent - answers) more were sent and not kept, "
            + "\(count("model_attempt_failed")) attempts failed; \(self.effects.values.count { $0.effects > 0 }) effects, "
            + "none twice; in doubt: \(doubts.joined(separator: ", "))"
    }
}
