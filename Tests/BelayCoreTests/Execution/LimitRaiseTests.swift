import BelayCore
import BelayJSON
import BelayTesting
import Testing

struct LimitRaiseTests {
    /// Those of an execution alone.
    static let kinds = LimitKind.allCases.filter { $0 != .sessionTokens }

    /// Answers with ever new calls until the machine has something else in mind.
    private func work(_ fold: inout Fold, milliseconds: Int64 = 500) throws -> Command {
        for step in fold.execution.steps..<10_000 {
            let next = try fold.settle()
            guard next.plan?.purpose == .step else { return next }
            try fold.answer(
                [.toolCall(.check("c\(step)", number: "\(step)"))], stop: .toolUse, milliseconds: milliseconds)
            try fold.succeed("c\(step)", output: "found \(step)")
        }
        throw JournalMismatch(reason: "it works for ever", journal: fold.journal)
    }

    private func limited(_ kind: LimitKind) -> ExecutionLimits {
        var limits = ExecutionLimits(
            maxSteps: 1_000, timeout: .seconds(100_000), maxToolCalls: 1_000, maxTokens: 1_000_000,
            maxCost: Money(microDollars: 1_000_000), atLimit: .ask)
        switch kind {
        case .time: limits.timeout = .seconds(6)
        case .cost: limits.maxCost = Money(microDollars: 1_000)
        case .tokens: limits.maxTokens = 1_200
        case .steps: limits.maxSteps = 10
        case .toolCalls: limits.maxToolCalls = 10
        case .sessionTokens: limits.maxSessionTokens = 1_200
        }
        return limits
    }

    private func approaches(_ fold: Fold) -> [Event.LimitApproached] {
        fold.journal.events.compactMap { if case .limitApproached(let event) = $0 { event } else { nil } }
    }

    @Test(arguments: Self.kinds) func fourFifthsOfALimitAreToldOnce(kind: LimitKind) throws {
        var limits = self.limited(kind)
        limits.atLimit = .stop
        var fold = try Fold(agent: .sample(limits: limits))
        _ = try self.work(&fold)
        let told = self.approaches(fold)
        #expect(told.map(\.kind) == [kind])
        let event = try #require(told.first)
        #expect(event.spent * 5 >= event.allowed * 4 && event.spent < event.allowed)
        #expect(fold.execution.limit?.reason == kind.reason)
        try fold.journal.require(inOrder: .limitApproached, .limitReached)
        #expect(try fold.folded().head == fold.execution.head)
    }

    @Test(arguments: Self.kinds) func aPersonMayRaiseALimitOrLetItEnd(kind: LimitKind) throws {
        var fold = try Fold(agent: .sample(limits: self.limited(kind)))
        #expect(try self.work(&fold).isWait)
        let wait = try #require(fold.execution.waits.first)
        #expect(wait.kind == .limit && wait.context["limit"]?.stringValue == kind.rawValue)
        #expect(fold.execution.state == .waiting)
        let schema = try JSONSchema(#require(wait.answerSchema))
        let most = try #require(wait.context["largest_raise"])
        let raise: JSON = ["decision": "raise", "by": most]
        #expect(schema.validate(raise).isEmpty)
        for bad: JSON in [
            ["decision": "raise"], ["decision": "raise", "by": 0], ["decision": "raise", "by": -1],
            ["decision": "raise", "by": "all"], ["decision": "raise", "by": 1e-12],
            ["decision": "raise", "by": 1_000_000_000], ["decision": "more"],
        ] {
            #expect(!schema.validate(bad).isEmpty, "\(bad.serialized())")
        }
        let before = fold.execution.steps
        try fold.reply(raise, by: "grace")
        #expect(try self.work(&fold).isWait)
        #expect(fold.execution.steps == before * 2 || kind == .time)
        #expect(self.approaches(fold).count == 2)
        // Whoever takes it up from the journal has the same limits.
        #expect(try fold.folded().limits == fold.execution.limits)
        try fold.reply(["decision": "stop"])
        // Some limits leave room for the model's own words.
        if try fold.settle().plan != nil { try fold.answer("That is how far I came.") }
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.reason == kind.reason)
    }

    /// However a number is written, it raises what it says.
    @Test(arguments: [("1e-4", 100_000), ("0.0001", 100_000), ("0.00010000000001", 100_000), ("1E-9", 1)])
    func dollarsMayBeWrittenInAnyWay(by: String, nanoDollars: Int64) throws {
        var fold = try Fold(agent: .sample(limits: self.limited(.cost)))
        #expect(try self.work(&fold).isWait)
        let answer: JSON = ["decision": "raise", "by": try JSON.parse(by)]
        let schema = try JSONSchema(#require(fold.execution.waits.first?.answerSchema))
        #expect(schema.validate(answer).isEmpty)
        let before = fold.execution.limits.maxCost
        try fold.reply(answer)
        #expect(fold.execution.limits.maxCost.nanoDollars == before.nanoDollars + nanoDollars)
    }

    @Test func withoutAnAnswerItStops() throws {
        var fold = try Fold(agent: .sample(limits: self.limited(.cost)))
        #expect(try self.work(&fold).isWait)
        try fold.rest(.seconds(24 * 3_600))
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.reason == .budget)
        try fold.journal.require(inOrder: .waitOpened, .waitExpired, .limitReached, .completed)
    }

    @Test func raisesEndAtTenTimesTheLimit() throws {
        var fold = try Fold(agent: .sample(limits: self.limited(.steps)))
        for _ in 0..<9 {
            #expect(try self.work(&fold).isWait)
            try fold.reply(["decision": "raise", "by": 10])
        }
        #expect(fold.execution.limits.maxSteps == 100)
        #expect(try self.work(&fold).plan?.purpose == .summary)
        #expect(fold.execution.limit?.detail == "100 steps taken, the limit is 100")
    }

    @Test func aJournalCanNotRaiseBeyondTheBound() throws {
        var fold = try Fold(agent: .sample(limits: self.limited(.steps)))
        #expect(try self.work(&fold).isWait)
        try fold.reply(["decision": "raise", "by": 1_000_000])
        #expect(fold.execution.limits.maxSteps == 20)
    }

    @Test func whoIsAskedSeesWhatWasSpentOnWhat() throws {
        var fold = try Fold(agent: .sample(limits: self.limited(.cost)), task: "Find them all")
        #expect(try self.work(&fold).isWait)
        let context = try #require(fold.execution.waits.first?.context)
        #expect(context["spent"]?.serialized() == "0.001" && context["unit"]?.stringValue == "dollars")
        #expect(context["task"]?.stringValue == "Find them all")
        #expect(context["done"]?.stringValue == "Carried out: check_order (10 times).")
        #expect(context["totals"]?["tokens"]?.intValue == 1_200)
    }

    @Test func aCancelEndsTheWait() throws {
        var fold = try Fold(agent: .sample(limits: self.limited(.tokens)))
        #expect(try self.work(&fold).isWait)
        try fold.apply(.cancelRequested(.init(by: "ada")))
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.isCancelled && fold.execution.waits.isEmpty)
    }

    @Test func limitsOfOlderJournalsHaveNoPolicy() throws {
        var json = try JSON(encoding: ExecutionLimits(maxSteps: 7, atLimit: .ask))
        json["atLimit"] = nil
        let limits = try json.decode(ExecutionLimits.self)
        #expect(limits == ExecutionLimits(maxSteps: 7))
    }
}
