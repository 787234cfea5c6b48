import BelayCore
import BelayResilience
import BelayTesting
import Testing

@testable import BelayModels

struct RouteMachineTests {
    private static let paths = [Route.Path("a", "1"), Route.Path("a", "2"), Route.Path("b", "1")]
    private var random = SeededGenerator(seed: 1)

    private func machine(
        attempts: Int = 6, perPath: Int = 3, total: Duration = .seconds(60), patience: Duration = .seconds(5),
        base: Duration = .zero, onRefusal: Route.RefusalPolicy = .stop
    ) -> RouteMachine {
        let route = Route(
            name: "r", paths: Self.paths, maxAttempts: attempts, maxAttemptsPerPath: perPath, backoffBase: base,
            patience: patience, onRefusal: onRefusal)
        return RouteMachine(route: route, paths: route.paths, total: total, startedAt: .origin)
    }

    private mutating func fail(
        _ machine: inout RouteMachine, _ path: Int, _ kind: ModelFailure.Kind, retryAfter: Duration? = nil,
        at now: Moment = .origin
    ) throws -> RouteMachine.Decision {
        try machine.willSend(at: now)
        let failure = ModelFailure(kind, message: "", retryAfter: retryAfter)
        return machine.failed(path: path, with: failure, at: now, using: &self.random)
    }

    @Test mutating func retriesAPathAndThenGoesDownTheRoute() throws {
        var machine = self.machine(attempts: 9, perPath: 2)
        #expect(machine.next(at: .origin) == .attempt(path: 0, after: .zero, isRetry: false))
        #expect(try self.fail(&machine, 0, .serverError) == .attempt(path: 0, after: .zero, isRetry: true))
        #expect(try self.fail(&machine, 0, .network) == .attempt(path: 1, after: .zero, isRetry: false))
        #expect(try self.fail(&machine, 1, .stallTimeout) == .attempt(path: 1, after: .zero, isRetry: true))
        #expect(try self.fail(&machine, 1, .emptyResponse) == .attempt(path: 2, after: .zero, isRetry: false))
        #expect(try self.fail(&machine, 2, .cutStream) == .attempt(path: 2, after: .zero, isRetry: true))
        #expect(try self.fail(&machine, 2, .overloaded) == .giveUp(.pathsExhausted))
    }

    @Test mutating func theBudgetOfAttemptsIsSharedByAllPaths() throws {
        var machine = self.machine(attempts: 4, perPath: 3)
        for _ in 0..<3 { _ = try self.fail(&machine, 0, .serverError) }
        #expect(try self.fail(&machine, 1, .serverError) == .giveUp(.attemptsExhausted))
        #expect(throws: AttemptBudget.Exhausted.attempts) { try machine.willSend(at: .origin) }
    }

    @Test mutating func aLongRetryAfterIsNotSatOutWhileAnotherPathIsFree() throws {
        var machine = self.machine(perPath: 2)
        #expect(
            try self.fail(&machine, 0, .rateLimited, retryAfter: .seconds(20))
                == .attempt(path: 1, after: .zero, isRetry: false))
        #expect(try self.fail(&machine, 1, .authentication) == .attempt(path: 2, after: .zero, isRetry: false))
    }

    @Test mutating func aPathThatWasPassedOverIsComeBackToWhenNoOtherIsLeft() throws {
        var machine = self.machine(perPath: 2)
        _ = try self.fail(&machine, 0, .rateLimited, retryAfter: .seconds(20))
        let skip = ModelFailure(.circuitOpen, message: "")
        _ = machine.failed(path: 1, with: skip, at: .seconds(1), using: &self.random)
        let decision = machine.failed(path: 2, with: skip, at: .seconds(16), using: &self.random)
        #expect(decision == .attempt(path: 0, after: .seconds(4), isRetry: true))
    }

    @Test mutating func aWaitBeyondItsPatienceEndsTheCallWhenNoOtherPathIsLeft() throws {
        var machine = self.machine(perPath: 2)
        _ = try self.fail(&machine, 0, .rateLimited, retryAfter: .seconds(20))
        let skip = ModelFailure(.circuitOpen, message: "")
        _ = machine.failed(path: 1, with: skip, at: .origin, using: &self.random)
        #expect(machine.failed(path: 2, with: skip, at: .origin, using: &self.random) == .giveUp(.waitTooLong))
        #expect(machine.next(at: .seconds(15)) == .attempt(path: 0, after: .seconds(5), isRetry: true))
    }

    @Test mutating func aRetryAtAnotherEndpointWaitsForNothing() throws {
        var machine = self.machine(perPath: 2, base: .seconds(10))
        try machine.willSend(at: .origin)
        let failure = ModelFailure(.rateLimited, message: "", retryAfter: .seconds(30))
        let retry = machine.failed(path: 0, with: failure, standby: .ready, at: .origin, using: &self.random)
        #expect(retry == .attempt(path: 0, after: .zero, isRetry: true))
        try machine.willSend(at: .origin)
        let next = machine.failed(path: 0, with: failure, standby: .ready, at: .origin, using: &self.random)
        #expect(next == .attempt(path: 1, after: .zero, isRetry: false), "two attempts are all that a path has")
    }

    @Test mutating func aRefusedKeyLeavesThePathsOfOtherKeys() throws {
        var machine = self.machine()
        let refused = ModelFailure(.authentication, message: "")
        let other = machine.failed(path: 0, with: refused, standby: .ready, at: .origin, using: &self.random)
        #expect(other == .attempt(path: 0, after: .zero, isRetry: true))
        let busy = machine.failed(path: 0, with: refused, standby: .busy, at: .origin, using: &self.random)
        #expect(busy == .attempt(path: 1, after: .zero, isRetry: false))
    }

    @Test mutating func anOpenCircuitIsWaitedForWhenItClosesSoonAndNoOtherPathIsLeft() throws {
        var machine = self.machine(base: .seconds(1))
        let soon = ModelFailure(.circuitOpen, message: "", retryAfter: .seconds(3))
        let late = ModelFailure(.circuitOpen, message: "", retryAfter: .seconds(30))
        #expect(
            machine.failed(path: 0, with: soon, at: .origin, using: &self.random)
                == .attempt(path: 1, after: .zero, isRetry: false))
        #expect(
            machine.failed(path: 1, with: late, at: .origin, using: &self.random)
                == .attempt(path: 2, after: .zero, isRetry: false))
        var decision = machine.failed(path: 2, with: late, at: .origin, using: &self.random)
        var now = Moment.origin
        var looks = 0
        while case .attempt(path: 0, let wait, isRetry: false, isHeld: true) = decision {
            #expect(wait >= .milliseconds(125) && wait <= .seconds(2))
            now = now + wait
            looks += 1
            try #require(looks <= 16)
            decision = machine.failed(path: 0, with: soon, at: now, using: &self.random)
        }
        #expect(decision == .giveUp(.pathsExhausted))
        #expect(looks == 16)
        #expect(now >= .seconds(5), "it outlasts the patience of the route")
    }

    @Test mutating func aShortRetryAfterIsHonoured() throws {
        var machine = self.machine()
        #expect(
            try self.fail(&machine, 0, .rateLimited, retryAfter: .seconds(3))
                == .attempt(path: 0, after: .seconds(3), isRetry: true))
    }

    @Test mutating func noWaitReachesTheEndOfTheTime() throws {
        var machine = self.machine(total: .seconds(10), patience: .seconds(60))
        _ = try self.fail(&machine, 0, .rateLimited, retryAfter: .seconds(30))
        #expect(machine.next(at: .origin) == .attempt(path: 1, after: .zero, isRetry: false))
        #expect(machine.next(at: .seconds(10)) == .giveUp(.timeExhausted))
        #expect(machine.timeLeft(at: .seconds(4)) == .seconds(6))
    }

    @Test mutating func aRefusedKeyTakesAllPathsOfItsProviderOut() throws {
        var machine = self.machine()
        #expect(try self.fail(&machine, 0, .authentication) == .attempt(path: 2, after: .zero, isRetry: false))
        #expect(try self.fail(&machine, 2, .authentication) == .giveUp(.pathsExhausted))
    }

    @Test(arguments: [.badRequest, .notFound, .contentFiltered] as [ModelFailure.Kind])
    func theCallersFaultEndsTheCall(kind: ModelFailure.Kind) throws {
        var machine = self.machine()
        var random = SeededGenerator(seed: 1)
        let failure = ModelFailure(kind, message: "")
        #expect(machine.failed(path: 0, with: failure, at: .origin, using: &random) == .giveUp(.forbidden))
    }

    @Test mutating func aPathThatRefusesTheFormOfTheRequestIsAskedOnceMoreAtOnce() throws {
        var machine = self.machine(perPath: 3, base: .seconds(10))
        #expect(try self.fail(&machine, 0, .prefillRefused) == .attempt(path: 0, after: .zero, isRetry: true))
        #expect(try self.fail(&machine, 0, .prefillRefused) == .attempt(path: 1, after: .zero, isRetry: false))
        var single = self.machine(perPath: 1)
        #expect(try self.fail(&single, 0, .prefillRefused) == .attempt(path: 1, after: .zero, isRetry: false))
    }

    @Test mutating func whatIsTooLongGoesToOtherModelsWhenNobodyKnowsTheirSize() throws {
        var machine = self.machine()
        #expect(try self.fail(&machine, 0, .contextTooLong) == .attempt(path: 1, after: .zero, isRetry: false))
        // The third path has the model of the first.
        #expect(try self.fail(&machine, 1, .contextTooLong) == .giveUp(.pathsExhausted))
    }

    @Test mutating func whatIsTooLongGoesToLargerModelsOnly() throws {
        let sizes = [100, 50, 200].enumerated().map { index, size in
            Route.Path(ModelPath(provider: "a", model: "\(index)"), contextTokens: size)
        }
        let route = Route(name: "r", paths: sizes)
        var machine = RouteMachine(route: route, paths: sizes, total: .seconds(60), startedAt: .origin)
        #expect(try self.fail(&machine, 0, .contextTooLong) == .attempt(path: 2, after: .zero, isRetry: false))
        #expect(try self.fail(&machine, 2, .contextTooLong) == .giveUp(.pathsExhausted))
    }

    @Test mutating func aRefusalGoesOnWhereTheRouteSaysSo() throws {
        var machine = self.machine(onRefusal: .nextPath)
        #expect(try self.fail(&machine, 0, .contentFiltered) == .attempt(path: 1, after: .zero, isRetry: false))
    }

    @Test mutating func aRetryThatTheProvidersBudgetRefusesGoesToTheNextPath() throws {
        var machine = self.machine()
        _ = try self.fail(&machine, 0, .serverError)
        #expect(machine.retryRefused(path: 0, at: .origin) == .attempt(path: 1, after: .zero, isRetry: false))
    }

    @Test mutating func aSecondAttemptGoesToAnotherEndpointElseToTheNextPath() throws {
        var machine = self.machine(attempts: 3, perPath: 2)
        try machine.willSend(at: .origin)
        #expect(machine.second(beside: 0, hasOther: true, at: .origin) == 0)
        #expect(machine.second(beside: 0, hasOther: false, at: .origin) == 1)
        _ = try self.fail(&machine, 0, .serverError)
        #expect(machine.second(beside: 0, hasOther: true, at: .origin) == 1, "the path has had its attempts")
        _ = machine.failed(
            path: 1, with: ModelFailure(.circuitOpen, message: ""), at: .origin, using: &self.random)
        #expect(machine.second(beside: 0, hasOther: false, at: .origin) == 2)
        try machine.willSend(at: .origin)
        #expect(machine.second(beside: 0, hasOther: false, at: .origin) == nil, "no attempt is left")
    }

    /// Whatever fails however: the limits hold, waits respect Retry-After, nothing is tried after its end.
    @Test(arguments: 1...300 as ClosedRange<UInt64>)
    func itsLimitsHoldForEverySequenceOfFailures(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let attempts = Int.random(in: 1...8, using: &random)
        let perPath = Int.random(in: 1...4, using: &random)
        let total = Duration.seconds(Int.random(in: 1...90, using: &random))
        var machine = self.machine(attempts: attempts, perPath: perPath, total: total, base: .seconds(1))
        var now = Moment.origin
        var sent = [0, 0, 0]
        var transient = [0, 0, 0]
        var refusedProviders: Set<String> = []
        var earliest: [Moment] = [.origin, .origin, .origin]
        var decision = machine.next(at: now)
        var steps = 0
        while case .attempt(let path, let wait, let isRetry, _) = decision {
            steps += 1
            try #require(steps <= 100, "seed \(seed): it never ends")
            now = now + wait
            #expect(now < .origin + total, "seed \(seed)")
            #expect(now >= earliest[path], "seed \(seed)")
            #expect(isRetry == (transient[path] > 0), "seed \(seed)")
            #expect(!refusedProviders.contains(Self.paths[path].model.provider), "seed \(seed)")
            let kind = ModelFailure.Kind.allCases.randomElement(using: &random) ?? .network
            if kind.disposition != .nextPath {
                try machine.willSend(at: now)
                sent[path] += 1
                now = now + .milliseconds(Int.random(in: 0...4_000, using: &random))
            }
            let retryAfter =
                Bool.random(using: &random) ? Duration.seconds(Int.random(in: 0...30, using: &random)) : nil
            if kind.disposition == .keyFault { refusedProviders.insert(Self.paths[path].model.provider) }
            if kind.disposition == .transient || kind.disposition == .adapt {
                transient[path] += 1
                earliest[path] = now + (kind.disposition == .transient ? retryAfter ?? .zero : .zero)
            }
            let failure = ModelFailure(kind, message: "", retryAfter: retryAfter)
            decision = machine.failed(path: path, with: failure, at: now, using: &random)
            if kind.disposition == .stop { #expect(decision == .giveUp(.forbidden)) }
        }
        #expect(sent.reduce(0, +) <= attempts, "seed \(seed)")
        #expect(sent.allSatisfy { $0 <= perPath }, "seed \(seed)")
    }
}
