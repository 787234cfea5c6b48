import BelayCore
import BelayTesting
import Testing

struct ExecutionLoopTests {
    /// Makes the calls one after the other, each answered as `output` says, until the machine stops asking for steps.
    ///
    /// - Returns: The fold, and how many calls were made.
    private func run(
        _ limits: ExecutionLimits = ExecutionLimits(maxSteps: 1_000, maxToolCalls: 1_000, maxTokens: .max),
        calls: (Int) -> (name: String, arguments: String), output: (Int) -> String
    ) throws -> (fold: Fold, made: Int) {
        var limits = limits
        limits.maxCost = Money(nanoDollars: .max)
        limits.timeout = .seconds(100_000)
        var fold = try Fold(agent: .sample(limits: limits))
        var made = 0
        while made < 200, try fold.settle().plan?.purpose == .step {
            let (name, arguments) = calls(made)
            try fold.answer(calls: ToolCall(id: "c\(made)", name: name, arguments: arguments))
            try fold.succeed("c\(made)", output: output(made))
            made += 1
        }
        return (fold, made)
    }

    @Test func theSameCallWithTheSameResultIsALoop() throws {
        let (fold, made) = try self.run { _ in
            ("check_order", "{}")
        } output: { _ in
            "pending"
        }
        #expect(made == 3 && fold.execution.limit?.reason == .loop)
        #expect(
            fold.execution.limit?.detail
                == "check_order was called 3 times in a row with the same arguments and the same result")
        try fold.journal.require(inOrder: .loopDetected, .limitReached)
    }

    @Test func repeatsAreCountedByTheLimit() throws {
        let (_, made) = try self.run(
            ExecutionLimits(maxSteps: 1_000, maxToolCalls: 1_000, maxTokens: .max, maxRepeats: 7)
        ) {
            _ in
            ("check_order", "{}")
        } output: { _ in
            "pending"
        }
        #expect(made == 7)
    }

    @Test(arguments: 2...4) func aCycleOfCallsIsALoop(length: Int) throws {
        let (fold, made) = try self.run {
            ("tool\($0 % length)", "{}")
        } output: {
            "\($0 % length)"
        }
        #expect(made == 3 * length && fold.execution.limit?.reason == .loop)
    }

    @Test func pingPongWithTheSameArgumentsIsALoopWhateverComesBack() throws {
        let (fold, made) = try self.run {
            ($0 % 2 == 0 ? "ping" : "pong", "{}")
        } output: {
            "answer \($0)"
        }
        #expect(made == 18 && fold.execution.limit?.reason == .loop)
        #expect(fold.execution.limit?.detail.contains("ping, pong") == true)
    }

    @Test func pollingForAChangeMayGoOnForAWhile() throws {
        // Two unchanged answers, then news, over and over: no cycle of four calls is the same three times.
        let (fold, made) = try self.run { _ in
            ("check_order", "{}")
        } output: {
            "news \($0 / 2)"
        }
        #expect(made == 9 && fold.execution.limit?.reason == .loop)
    }

    @Test func otherWorkBetweenPollsIsNoLoop() throws {
        let (fold, made) = try self.run { call in
            call % 3 == 2 ? ("work", "{\"part\":\(call)}") : ("check_order", "{}")
        } output: { _ in
            "pending"
        }
        #expect(made == 200 && fold.execution.limit == nil)
    }

    @Test(arguments: 1...4) func growingArgumentsAreALoopWhateverComesBack(length: Int) throws {
        let (fold, made) = try self.run {
            ("tool\($0 % length)", "{\"n\":\"\(String(repeating: "x", count: $0 / length))\"}")
        } output: {
            "answer \($0)"
        }
        #expect(made == 9 * length && fold.execution.limit?.reason == .loop)
        #expect(fold.execution.limit?.detail.hasSuffix("9 times in a row with arguments that only grew") == true)
    }

    @Test func growthThatBeginsAnewIsNoLoop() throws {
        let (fold, made) = try self.run {
            ("search", "{\"n\":\"\($0 / 8)\(String(repeating: "x", count: $0 % 8))\"}")
        } output: { _ in
            "no"
        }
        #expect(made == 200 && fold.execution.limit == nil)
    }

    @Test func turningPagesIsNoLoop() throws {
        let (fold, made) = try self.run {
            ("list_orders", "{\"customer\":\"C-1\",\"offset\":\($0 * 50)}")
        } output: { _ in
            "50 orders"
        }
        #expect(made == 200 && fold.execution.limit == nil)
    }

    @Test func aLoopEndsWithASummary() throws {
        var (fold, _) = try self.run { _ in
            ("check_order", "{}")
        } output: { _ in
            "pending"
        }
        try fold.answer("The order is still pending.")
        #expect(try fold.settle().isEnd)
        #expect(fold.execution.reason == .loop && fold.execution.completed?.output == "The order is still pending.")
    }
}
