import BelayJSON
import BelayTesting

@testable import BelayCore

/// One random life of an execution.
struct ExecutionWalk {
    var fold: Fold
    private var random: SeededGenerator
    private var calls = 0
    private var isOver = false

    init(seed: UInt64) throws {
        self.random = SeededGenerator(seed: seed)
        let limits = ExecutionLimits(
            maxSteps: .random(in: 1...6, using: &self.random),
            timeout: .seconds(.random(in: 5...60, using: &self.random)),
            maxToolCalls: .random(in: 1...9, using: &self.random),
            maxTokens: .random(in: 200...2_000, using: &self.random),
            maxRepeats: 2, maxModelPauses: .random(in: 0...2, using: &self.random),
            atLimit: .random(using: &self.random) ? .ask : .stop)
        var agent = AgentDefinition.sample(
            limits: limits, plans: .random(using: &self.random), asksUser: .random(using: &self.random),
            handsOff: .random(using: &self.random))
        if .random(using: &self.random) { agent.compaction = CompactionPolicy(contextTokens: 150, keepTurns: 1) }
        let isCritical = Int.random(in: 0..<10, using: &self.random) == 0
        let session = SessionContext(messages: [.user("Hello"), .assistant("Hello.")], tokens: 100, executions: 1)
        self.fold = try Fold(
            agent: agent, isCritical: isCritical, session: .random(using: &self.random) ? session : nil, seed: seed)
    }

    mutating func run() throws {
        for _ in 0..<400 {
            if self.chance(40), !self.fold.execution.isEnded, !self.fold.execution.isCancelRequested {
                try self.fold.apply(.cancelRequested(.init(by: "ada")))
            }
            if self.chance(15), !self.fold.execution.isEnded {
                let policy = self.policy()
                try self.fold.takeOver { _ in policy }
            }
            switch self.fold.next() {
            case .append(let events): for event in events { try self.fold.apply(event) }
            case .callModel(let plan): try self.model(plan)
            case .compact(let plan): try self.compact(plan)
            case .runTools(let open): try self.tools(open)
            case .wait(let until): try self.wait(until)
            case .end:
                self.isOver = true
                return
            }
        }
    }

    /// What holds after every walk.
    func check() throws {
        guard self.isOver else { throw JournalMismatch(reason: "the walk did not end", journal: self.fold.journal) }
        try self.fold.journal.requireSound()
        let again = try self.fold.folded()
        let now = self.fold.execution
        guard again.head == now.head, again.messages == now.messages, again.calls == now.calls,
            again.waits == now.waits, again.plan == now.plan, again.limit == now.limit, again.failure == now.failure,
            again.completed == now.completed, again.handedOn == now.handedOn
        else {
            throw JournalMismatch(reason: "folded again, the journal says something else", journal: self.fold.journal)
        }
        let billed = self.fold.journal.events.reduce(Money.zero) { sum, event in
            switch event {
            case .modelAnswered(let answer): sum + (answer.cost.amount ?? .zero)
            case .contextCompacted(let compacted): sum + (compacted.cost.amount ?? .zero)
            case .toolCallBilled(let billed): sum + (billed.cost.amount ?? .zero)
            default: sum
            }
        }
        guard billed == now.cost else {
            throw JournalMismatch(reason: "\(now.cost) is not what was billed", journal: self.fold.journal)
        }
        for (open, reason) in [(now.calls.isEmpty, "calls"), (now.waits.isEmpty, "waits")] where !open {
            throw JournalMismatch(reason: "\(reason) are open after the end", journal: self.fold.journal)
        }
        guard now.state.isTerminal, now.reason != nil, now.ended != nil else {
            throw JournalMismatch(reason: "ended as \(now.state)", journal: self.fold.journal)
        }
    }

    private mutating func model(_ plan: ModelCallPlan) throws {
        try self.fold.apply(.modelCallPlanned(.init(step: plan.step, purpose: plan.purpose)))
        if self.chance(10) { return }  // The node died, or was interrupted, while it waited.
        self.fold.pass(.milliseconds(.random(in: 1...3_000, using: &self.random)))
        if self.chance(5) {
            let kind = ModelFailure.Kind.allCases[
                .random(in: 0..<ModelFailure.Kind.allCases.count, using: &self.random)]
            try self.fold.apply(
                .modelCallFailed(
                    .init(step: plan.step, failure: ModelFailure(kind, message: "x"), userMessage: "Not now.")))
            return
        }
        try self.fold.apply(
            .modelAnswered(
                .init(
                    step: plan.step, content: self.content(),
                    stopReason: self.chance(6) ? .maxTokens : .endTurn, usage: Usage(freshInput: 50, output: 50),
                    cost: self.chance(9) ? .unknown : .known(Money(microDollars: 7)), path: ScriptedModel.path,
                    milliseconds: 1)))
    }

    private mutating func compact(_ plan: CompactionPlan) throws {
        if self.chance(8) { return }  // The node died.
        if self.chance(4) {
            return try self.fold.apply(.contextCompacted(plan.compacted(without: "x", milliseconds: 1)))
        }
        let text = self.chance(4) ? "no summary" : #"{"summary": "Much was said.", "facts": []}"#
        let answer = ModelAnswer(
            content: [.text(text)], stopReason: .endTurn, usage: Usage(freshInput: 30, output: 5), model: "script")
        let result = ModelCallResult(
            answer: answer, path: ScriptedModel.path, cost: .known(Money(microDollars: 3)), duration: .milliseconds(2))
        try self.fold.apply(.contextCompacted(plan.compacted(by: result)))
    }

    private mutating func content() -> [Content] {
        if self.chance(4) { return [.text("Done.")] }
        return (0..<Int.random(in: 1...4, using: &self.random)).map { _ in
            self.calls += 1
            let id = "c\(self.calls)"
            switch Int.random(in: 0...5, using: &self.random) {
            case 0: return .toolCall(.ask(id))
            case 1: return .toolCall(.handOff(id))
            case 2: return .toolCall(.plan(id, steps: self.chance(3) ? [] : [["id": "1", "title": "Look"]]))
            case 3: return .toolCall(.check(id, number: "\(Int.random(in: 0...1, using: &self.random))"))
            default: return .toolCall(.refund(id, amount: .random(in: 1...3, using: &self.random)))
            }
        }
    }

    private mutating func tools(_ open: [OpenCall]) throws {
        for call in open {
            if self.chance(12) { return }  // The node died between two of them.
            try self.tool(call)
        }
    }

    private mutating func tool(_ open: OpenCall) throws {
        let id = open.call.id
        self.fold.pass(.milliseconds(.random(in: 1...500, using: &self.random)))
        if !open.phase.isInDoubt, self.chance(12) {
            guard !self.fold.execution.awaitsRaise else { return }
            return try self.fold.fallShort(open, self.shortage())
        }
        switch open.phase {
        case .requested:
            if self.chance(6) { return try self.fold.apply(.toolCallDenied(.init(callID: id, failure: Self.failure))) }
            if open.call.name == "check_order" { return try self.fold.succeed(id, output: "same") }
            if self.chance(2) {
                try self.fold.askForApproval(of: id)
                return
            }
            try self.fold.dispatch(id, mostCost: self.chance(2) ? Self.cost.amount : nil)
            try self.outcome(of: id)
        case .consented:
            try self.fold.approve(id)
            if self.chance(5) { return }
            try self.fold.dispatch(id, mostCost: self.chance(2) ? Self.cost.amount : nil)
            try self.outcome(of: id)
        case .ready:
            try self.fold.dispatch(id, mostCost: self.chance(2) ? Self.cost.amount : nil)
            try self.outcome(of: id)
        case .inDoubt:
            // A probe that found nothing, and may find it later.
            if let pause = self.fold.pause(open) { return try self.fold.apply(pause) }
            if self.chance(3) {
                return try self.fold.apply(.toolCallInDoubt(.init(callID: id, policy: .person, reason: "no answer")))
            }
            let resolution = [Event.ToolCallResolved.Resolution.happened, .didNotHappen, .compensated]
                .randomElement(using: &self.random)
            try self.fold.apply(.toolCallResolved(.init(callID: id, resolution: resolution ?? .happened, by: "probe")))
        case .dispatched:
            // Its node is gone: the next one asks what came of it.
            let policy = self.policy()
            try self.fold.takeOver { _ in policy }
        case .awaiting, .refused, .pausing, .done:
            throw JournalMismatch(reason: "\(id) is not to be run", journal: self.fold.journal)
        }
    }

    private mutating func shortage() -> ToolShortage {
        [.allowance(Self.cost), .budget("used up"), .reserved("nothing free")].randomElement(using: &self.random)
            ?? .allowance(Self.cost)
    }

    private mutating func outcome(of id: String) throws {
        if self.fold.execution.calls.contains(where: { $0.call.id == id && $0.mostCost != nil }), self.chance(2) {
            let bill = self.chance(2) ? Self.cost.doubtful : Self.cost.bill(for: #"{"usd": 0.000003}"#)
            try self.fold.apply(.toolCallBilled(.init(callID: id, cost: bill.cost, anomaly: bill.anomaly)))
        }
        switch Int.random(in: 0...4, using: &self.random) {
        case 0, 1: try self.fold.succeed(id, output: "same")
        case 2: try self.fold.apply(.toolCallFailed(.init(callID: id, failure: Self.failure, milliseconds: 1)))
        case 3:
            try self.fold.apply(
                .toolCallInDoubt(
                    .init(
                        callID: id, policy: self.policy(), reason: "lost",
                        settlesAt: self.fold.now.advanced(by: .seconds(3)))))
        default: break  // Its result is lost with the node.
        }
    }

    private mutating func wait(_ until: Timestamp?) throws {
        if let wait = self.fold.execution.waits.filter({ $0.kind != .timer }).randomElement(using: &self.random),
            self.chance(2)
        {
            let answers: [JSON]
            switch wait.kind {
            case .approval:
                answers = [
                    ["decision": "approve"], ["decision": "reject"], ["decision": "edit", "arguments": ["amount": 1]],
                ]
            case .input: answers = [["text": "A-1"]]
            case .handoff: answers = [["action": "answer", "text": "x"], ["action": "return", "text": "y"]]
            case .resolution: answers = [["resolution": "happened"], ["resolution": "did_not_happen"]]
            case .limit: answers = [["decision": "raise", "by": 1], ["decision": "stop"]]
            case .timer: answers = []
            }
            let answer = answers.randomElement(using: &self.random) ?? .null
            return try self.fold.apply(.waitAnswered(.init(wait: wait.id, answer: answer, by: "grace")))
        }
        guard let until, until > self.fold.now else {
            throw JournalMismatch(reason: "it waits for nothing", journal: self.fold.journal)
        }
        if self.chance(3) { try self.fold.apply(.feedbackReceived(.init(score: 0.5, by: "ada"))) }
        self.fold.now = until
    }

    private mutating func policy() -> InDoubtPolicy {
        InDoubtPolicy.allCases.randomElement(using: &self.random) ?? .person
    }

    private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &self.random) == 0 }

    private static let failure = ToolFailure(.rejected, "no")
    private static let cost = ToolCost(Money(microDollars: 5), reported: "/usd")
}
