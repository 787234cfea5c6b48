import BelayTesting
import Testing

@testable import BelayResilience

@Suite(.timeLimit(.minutes(5)))
struct RateGateTests {
    private static let ada = RateAsk(tenant: "t", user: "ada")
    private static let bob = RateAsk(tenant: "t", user: "bob")

    private static func requests(_ amount: Int, burst: Int? = nil, wait: Duration = .zero) -> RatePolicy {
        RatePolicy("app", per: .user, requests: .perMinute(amount, burst: burst), maxWait: wait)
    }

    /// Waits until so many wait: in real time, since they begin to in tasks of their own.
    private static func waiting(_ count: Int, at gate: RateGate) async {
        while gate.waiting < count, !Task.isCancelled { await Task.yield() }
    }

    @Test func eachUserHasARateOfTheirOwn() async throws {
        let clock = ManualClock()
        let gate = RateGate([Self.requests(60, burst: 2)], clock: clock)
        for _ in 0..<2 { try await gate.admit(Self.ada).end() }
        let refusal = await #expect(throws: RateExceeded.self) { try await gate.admit(Self.ada) }
        #expect(refusal?.retryAfter == .seconds(1) && refusal?.standing.dimension == .requests)
        #expect(refusal?.standing.policy == "app" && refusal?.subject == "ada" && refusal?.standing.remaining == 0)
        try await gate.admit(Self.bob).end()
        // The same name in another tenant is somebody else, and who is nobody isn't limited.
        try await gate.admit(RateAsk(tenant: "u", user: "ada")).end()
        for _ in 0..<5 { try await gate.admit(RateAsk(tenant: "t")).end() }
        clock.advance(by: .seconds(1))
        try await gate.admit(Self.ada).end()
    }

    @Test func allPoliciesAreTakenTogetherOrNone() async throws {
        let clock = ManualClock()
        let gate = RateGate(
            [Self.requests(60, burst: 5), RatePolicy("all", per: .everything, requests: .perMinute(60, burst: 1))],
            clock: clock)
        let first = try await gate.admit(Self.ada)
        #expect(first.standings.map(\.remaining) == [4, 0])
        let refusal = await #expect(throws: RateExceeded.self) { try await gate.admit(Self.ada) }
        #expect(refusal?.standing.policy == "all" && refusal?.subject == "")
        #expect(first.standings.map(\.remaining) == [4, 0], "nothing was taken by what was refused")
    }

    @Test func tokensAreReservedByTheEstimateAndPutRight() async throws {
        let clock = ManualClock()
        let gate = RateGate([RatePolicy("app", per: .user, tokens: .perMinute(1_000))], clock: clock)
        var ask = Self.ada
        ask.tokens = 600
        let grant = try await gate.admit(ask)
        #expect(gate.admitAtOnce(ask) == nil)
        grant.end(tokens: 100)
        #expect(grant.standings[0].remaining == 900)
        let second = try await gate.admit(ask)
        second.end(tokens: 1_900)
        second.end(tokens: 0)
        #expect(second.standings[0].remaining == 0)
        let refusal = await #expect(throws: RateExceeded.self) { try await gate.admit(ask) }
        // 700 in debt: one correction moves no more than a whole bucket.
        #expect(refusal?.retryAfter ?? .zero > .seconds(60))
        ask.tokens = 1_001
        let never = await #expect(throws: RateExceeded.self) { try await gate.admit(ask) }
        #expect(never?.retryAfter == nil && never?.cost == 1_001)
    }

    @Test func aGrantThatIsDroppedEndsItself() async throws {
        let gate = RateGate([RatePolicy("app", per: .user, concurrent: 1)], clock: ManualClock())
        var grant: RateGrant? = try await gate.admit(Self.ada)
        #expect(gate.admitAtOnce(Self.ada) == nil && gate.admitAtOnce(Self.bob) != nil)
        _ = grant
        grant = nil
        #expect(gate.admitAtOnce(Self.ada) != nil)
    }

    @Test func sessionsCountOnceAnHour() async throws {
        let clock = ManualClock()
        let gate = RateGate(
            [RatePolicy("app", per: .user, sessions: RateLimit(2, per: .seconds(3_600)))], clock: clock)
        func ask(_ session: String?, own: Bool = false) -> RateAsk {
            RateAsk(tenant: "t", user: "ada", session: session, isOwnSession: own)
        }
        for session in ["a", "b", "a", "b"] { try await gate.admit(ask(session)).end() }
        await #expect(throws: RateExceeded.self) { try await gate.admit(ask("c")) }
        await #expect(throws: RateExceeded.self) { try await gate.admit(ask(nil, own: true)) }
        try await gate.admit(ask(nil)).end()
        clock.advance(by: .seconds(1_800))
        try await gate.admit(ask("c")).end()
        try await gate.admit(ask("a")).end()
        // Half an hour later `b` was silent for an hour, and begins anew; `a` goes on.
        clock.advance(by: .seconds(1_800))
        try await gate.admit(ask("b")).end()
        try await gate.admit(ask("a")).end()
        await #expect(throws: RateExceeded.self) { try await gate.admit(ask("d")) }
    }

    @Test func whoWaitsIsServedInOrder() async throws {
        let clock = ManualClock()
        let gate = RateGate([Self.requests(60, burst: 1, wait: .seconds(3))], clock: clock)
        try await gate.admit(Self.ada).end()
        let order = Locked<[Int]>([])
        try await withThrowingTaskGroup { group in
            for number in 1...3 {
                group.addTask {
                    try await gate.admit(Self.ada).end()
                    order.withLock { $0.append(number) }
                }
                await Self.waiting(number, at: gate)
            }
            // A fourth would have to wait for longer than it may; somebody else passes them all.
            let refusal = await #expect(throws: RateExceeded.self) { try await gate.admit(Self.ada) }
            #expect(refusal?.retryAfter == .seconds(4))
            try await gate.admit(Self.bob).end()
            for done in 1...3 {
                await clock.sleepers(1)
                clock.advance(by: .seconds(1))
                while order.withLock({ $0.count }) < done, !Task.isCancelled { await Task.yield() }
            }
            try await group.waitForAll()
        }
        #expect(order.withLock { $0 } == [1, 2, 3] && gate.waiting == 0)
    }

    @Test func aPlaceThatBecomesFreeGoesToTheFirstWhoWaits() async throws {
        let gate = RateGate(
            [RatePolicy("app", per: .user, concurrent: 1, maxWait: .seconds(10))], clock: ManualClock())
        let running = try await gate.admit(Self.ada)
        async let waiting = gate.admit(Self.ada)
        await Self.waiting(1, at: gate)
        #expect(gate.admitAtOnce(Self.ada) == nil)
        running.end()
        let next = try await waiting
        #expect(next.standings[0].remaining == 0)
    }

    @Test func whoWaitedTooLongIsRefused() async throws {
        let clock = ManualClock()
        let gate = RateGate([RatePolicy("app", per: .user, concurrent: 1, maxWait: .seconds(10))], clock: clock)
        let running = try await gate.admit(Self.ada)
        let waiting = Task { try await gate.admit(Self.ada) }
        await Self.waiting(1, at: gate)
        await clock.sleepers(1)
        clock.advance(by: .seconds(10))
        await #expect(throws: RateExceeded.self) { _ = try await waiting.value }
        #expect(gate.waiting == 0)
        running.end()
        #expect(gate.admitAtOnce(Self.ada) != nil)
    }

    @Test func whoLeavesHoldsNothing() async throws {
        let gate = RateGate(
            [RatePolicy("app", per: .user, concurrent: 1, maxWait: .seconds(10))], clock: ManualClock())
        let running = try await gate.admit(Self.ada)
        let waiting = Task { try await gate.admit(Self.ada) }
        await Self.waiting(1, at: gate)
        waiting.cancel()
        await #expect(throws: CancellationError.self) { _ = try await waiting.value }
        #expect(gate.waiting == 0)
        running.end()
        #expect(gate.admitAtOnce(Self.ada) != nil)
    }

    @Test func nobodyWaitsForWhatOnlyOthersAreLimitedBy() async throws {
        let clock = ManualClock()
        let gate = RateGate(
            [
                Self.requests(60, burst: 1, wait: .seconds(5)),
                RatePolicy("all", per: .everything, requests: .perMinute(6_000), maxWait: .seconds(5)),
            ], clock: clock)
        try await gate.admit(Self.ada).end()
        let waiting = Task { try await gate.admit(Self.ada) }
        await Self.waiting(1, at: gate)
        #expect(gate.admitAtOnce(Self.bob) != nil)
        await clock.sleepers(1)
        clock.advance(by: .seconds(1))
        try await waiting.value.end()
    }

    @Test func onlySoManyWait() async throws {
        let gate = RateGate(
            [RatePolicy("app", per: .user, concurrent: 1, maxWait: .seconds(10))], maxWaiting: 1, clock: ManualClock())
        let running = try await gate.admit(Self.ada)
        let waiting = Task { try await gate.admit(Self.ada) }
        await Self.waiting(1, at: gate)
        await #expect(throws: RateExceeded.self) { try await gate.admit(Self.ada) }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { _ = try await waiting.value }
        running.end()
    }

    @Test func aPlaceIsWaitedForHoweverShortTheWait() async throws {
        let gate = RateGate(
            [RatePolicy("app", per: .user, concurrent: 1, maxWait: .milliseconds(50))], clock: ManualClock())
        let running = try await gate.admit(Self.ada)
        let waiting = Task { try await gate.admit(Self.ada) }
        // Nobody knows when a place is free: nobody is turned away for a guess.
        await Self.waiting(1, at: gate)
        running.end()
        try await waiting.value.end()
    }

    @Test func tenantsTakeTurnsInTheLineForOneLimit() async throws {
        let clock = ManualClock()
        let gate = RateGate(
            [RatePolicy("all", per: .everything, requests: .perMinute(60, burst: 1), maxWait: .seconds(8))],
            clock: clock)
        try await gate.admit(Self.ada).end()
        let order = Locked<[String]>([])
        try await withThrowingTaskGroup { group in
            for (number, tenant) in ["a", "a", "a", "a", "a", "b", "c"].enumerated() {
                group.addTask {
                    try await gate.admit(RateAsk(tenant: tenant)).end()
                    order.withLock { $0.append(tenant) }
                }
                await Self.waiting(number + 1, at: gate)
            }
            for done in 1...7 {
                await clock.sleepers(1)
                clock.advance(by: .seconds(1))
                while order.withLock({ $0.count }) < done, !Task.isCancelled { await Task.yield() }
            }
            try await group.waitForAll()
        }
        #expect(order.withLock { $0 } == ["a", "b", "c", "a", "a", "a", "a"] && gate.waiting == 0)
    }

    @Test func aFullLineMakesRoomForATenantThatHasFewerInIt() async throws {
        let gate = RateGate(
            [RatePolicy("all", per: .everything, concurrent: 1, maxWait: .seconds(10))], maxWaiting: 3,
            clock: ManualClock())
        let running = try await gate.admit(Self.ada)
        var crowd: [Task<RateGrant, any Error>] = []
        for number in 1...3 {
            crowd.append(Task { try await gate.admit(RateAsk(tenant: "a")) })
            await Self.waiting(number, at: gate)
        }
        await #expect(throws: RateExceeded.self) { try await gate.admit(RateAsk(tenant: "a")) }
        let other = Task { try await gate.admit(RateAsk(tenant: "b")) }
        let newest = await #expect(throws: RateExceeded.self) { try await crowd[2].value }
        #expect(newest?.standing.dimension == .concurrent && newest?.retryAfter == .seconds(1))
        #expect(gate.waiting == 3)
        running.end()
        try await crowd[0].value.end()
        try await other.value.end()
        try await crowd[1].value.end()
        #expect(gate.waiting == 0)
    }

    /// One who waits for two limits goes from line to line, and loses its place in none.
    @Test func whoGoesOnToAnotherLineStandsBeforeThoseWhoCameLater() async throws {
        let clock = ManualClock()
        let gate = RateGate(
            [
                Self.requests(20, burst: 1, wait: .seconds(60)),
                RatePolicy("all", per: .everything, concurrent: 1, maxWait: .seconds(60)),
            ], clock: clock)
        let running = try await gate.admit(Self.ada)
        let order = Locked<[String]>([])
        try await withThrowingTaskGroup { group in
            for (number, ask) in [Self.ada, Self.bob].enumerated() {
                group.addTask {
                    let grant = try await gate.admit(ask)
                    order.withLock { $0.append(ask.user ?? "") }
                    grant.end()
                }
                await Self.waiting(number + 1, at: gate)
            }
            // It was ada's turn under her own limit, and then she waits for the place.
            await clock.sleepers(1)
            clock.advance(by: .seconds(3))
            await clock.sleepers(1)
            #expect(gate.waiting == 2)
            running.end()
            try await group.waitForAll()
        }
        #expect(order.withLock { $0 } == ["ada", "bob"] && gate.waiting == 0)
    }

    @Test func asManySessionsAreRememberedAsMayBegin() async throws {
        let gate = RateGate(
            [RatePolicy("app", per: .user, sessions: RateLimit(3_000, per: .seconds(3_600)))], clock: ManualClock())
        for _ in 0..<2 {
            for number in 0..<2_500 {
                try await gate.admit(RateAsk(tenant: "t", user: "ada", session: "s\(number)")).end()
            }
        }
        #expect(try await gate.admit(Self.ada).standings[0].remaining == 500)
    }

    @Test func theSessionThatWasSilentForLongestIsForgottenFirst() async throws {
        let clock = ManualClock()
        let gate = RateGate(
            [RatePolicy("app", per: .user, sessions: RateLimit(10, per: .seconds(3_600)))], maxSessions: 2,
            clock: clock)
        for session in ["a", "b", "a", "c", "a"] {
            try await gate.admit(RateAsk(tenant: "t", user: "ada", session: session)).end()
            clock.advance(by: .milliseconds(1))
        }
        #expect(try await gate.admit(Self.ada).standings[0].remaining == 7)
        try await gate.admit(RateAsk(tenant: "t", user: "ada", session: "b")).end()
        #expect(try await gate.admit(Self.ada).standings[0].remaining == 6)
    }

    @Test func sessionsOfTwoTenantsAreApartWhereTenantsAreCountedTogether() async throws {
        let gate = RateGate(
            [RatePolicy("all", per: .everything, sessions: RateLimit(2, per: .seconds(3_600)))], clock: ManualClock())
        for tenant in ["t", "u", "t"] { try await gate.admit(RateAsk(tenant: tenant, session: "s")).end() }
        await #expect(throws: RateExceeded.self) { try await gate.admit(RateAsk(tenant: "v", session: "s")) }
    }

    @Test func oneRequestLooksAtAFewOfThoseWhoCanBeForgotten() async throws {
        let clock = ManualClock()
        let gate = RateGate([Self.requests(60, burst: 1)], maxSubjects: 1_000, clock: clock)
        for number in 0..<1_000 { try await gate.admit(RateAsk(tenant: "t", user: "u\(number)")).end() }
        clock.advance(by: .seconds(1))
        try await gate.admit(Self.ada).end()
        #expect((500...1_000).contains(gate.subjects))
        // And by and by at all of them.
        for number in 0..<900 { try await gate.admit(RateAsk(tenant: "t", user: "v\(number)")).end() }
        #expect(gate.subjects <= 1_000)
        #expect(gate.admitAtOnce(Self.ada) == nil)
    }

    @Test func whoTakesIsNotForgottenMeanwhile() async throws {
        let gate = RateGate(
            [Self.requests(60, burst: 1), RatePolicy("tenant", per: .tenant, requests: .perMinute(60))],
            maxSubjects: 1, clock: ManualClock())
        try await gate.admit(Self.ada).end()
        #expect(gate.admitAtOnce(Self.ada) == nil)
    }

    @Test func whatComesToNothingWasNeverTaken() async throws {
        let policy = RatePolicy(
            "app", per: .user, requests: .perMinute(60, burst: 2), tokens: .perMinute(1_000),
            sessions: RateLimit(2, per: .seconds(3_600)), concurrent: 1)
        let gate = RateGate([policy], clock: ManualClock())
        let ask = RateAsk(tenant: "t", user: "ada", session: "s", tokens: 600)
        for _ in 0..<5 {
            let grant = try await gate.admit(ask)
            grant.takeBack()
            grant.end()
        }
        let last = try await gate.admit(ask)
        #expect(last.standings.map(\.remaining) == [1, 400, 1, 0])
        // The session goes on, so nothing of it is given back with a later request.
        last.end()
        try await gate.admit(RateAsk(tenant: "t", user: "ada", session: "s", tokens: 0)).takeBack()
        #expect(try await gate.admit(RateAsk(tenant: "t", user: "ada", session: "s")).standings[2].remaining == 1)
    }

    @Test func whatIsTakenBackGoesToWhoeverWaits() async throws {
        let policy = RatePolicy(
            "app", per: .user, sessions: RateLimit(1, per: .seconds(3_600)), maxWait: .seconds(7_200))
        let gate = RateGate([policy], clock: ManualClock())
        let first = try await gate.admit(RateAsk(tenant: "t", user: "ada", session: "a"))
        let waiting = Task { try await gate.admit(RateAsk(tenant: "t", user: "ada", session: "b")) }
        await Self.waiting(1, at: gate)
        first.takeBack()
        try await waiting.value.end()
    }

    @Test func openExecutionsAreNotTheGatesToCount() async throws {
        let gate = RateGate([RatePolicy("app", per: .user, executions: 1)], clock: ManualClock())
        let grants = (0..<3).compactMap { _ in gate.admitAtOnce(Self.ada) }
        #expect(grants.count == 3 && grants.flatMap(\.standings).isEmpty && gate.subjects == 0)
    }

    @Test func whoHasTakenMostIsListedFirst() async throws {
        let gate = RateGate(
            [Self.requests(60, burst: 10), RatePolicy("all", per: .tenant, concurrent: 1_000)], clock: ManualClock())
        // More than are looked at at once.
        for number in 0..<600 {
            let ask = RateAsk(tenant: "t", user: "u\(number)")
            for _ in 0...(number % 3) { gate.admitAtOnce(ask)?.end() }
        }
        for _ in 0..<9 { gate.admitAtOnce(Self.ada)?.end() }
        let most = gate.counts(atMost: 3) { _, _, _ in true }
        #expect(most.map(\.name) == ["ada", "u101", "u104"] && most.map(\.standing.taken) == [9, 3, 3])
        #expect(gate.counts(atMost: 1_000) { _, _, _ in true }.count == 601)
        #expect(gate.counts(atMost: 9) { $0.name == "app" && $2 == "u4" }.map(\.standing.remaining) == [8])
        let running = try await gate.admit(Self.bob)
        #expect(gate.counts(atMost: 9) { policy, _, _ in policy.name == "all" }.map(\.standing.taken) == [1])
        running.end()
    }

    @Test func whoIsInDebtHasTakenMoreThanTheLimit() {
        let gate = RateGate([RatePolicy("app", per: .user, tokens: .perMinute(1_000))], clock: ManualClock())
        for (user, used) in [("ada", 1_000), ("bob", 1_500)] {
            gate.admitAtOnce(RateAsk(tenant: "t", user: user, tokens: 1_000))?.end(tokens: used)
        }
        let counts = gate.counts(atMost: 9) { _, _, _ in true }
        #expect(counts.map(\.name) == ["bob", "ada"] && counts.map(\.share) == [1.5, 1])
        #expect(counts.map(\.standing.remaining) == [0, 0])
    }

    @Test func aFloodOfNamesForgetsNobodyWhoIsLimited() async throws {
        let clock = ManualClock()
        let gate = RateGate([Self.requests(60, burst: 2)], maxSubjects: 10, clock: clock)
        for _ in 0..<2 { try await gate.admit(Self.ada).end() }
        for number in 0..<9 { try await gate.admit(RateAsk(tenant: "t", user: "u\(number)")).end() }
        // No room is left: further ones are counted as one, which has two requests.
        let flood = (0..<1_000).filter { gate.admitAtOnce(RateAsk(tenant: "t", user: "x\($0)")) != nil }
        #expect(flood == [0, 1] && gate.subjects == 11)
        #expect(gate.admitAtOnce(Self.ada) == nil)
        // All are full again, and make room.
        clock.advance(by: .seconds(2))
        for number in 0..<9 { #expect(gate.admitAtOnce(RateAsk(tenant: "t", user: "y\(number)")) != nil) }
        #expect(gate.subjects == 9)
    }

    /// Whatever comes, nobody gets more than their rate.
    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func noWindowHoldsMoreThanTheRate(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let clock = ManualClock()
        let gate = RateGate([Self.requests(60, burst: 5)], clock: clock)
        var admitted: [Duration] = []
        for _ in 0..<500 {
            clock.advance(by: .milliseconds(Int.random(in: 0...800, using: &random)))
            if gate.admitAtOnce(Self.ada) != nil { admitted.append(clock.now.offset) }
        }
        for start in admitted {
            let count = admitted.count { $0 >= start && $0 < start + .seconds(10) }
            #expect(count <= 15, "seed \(seed)")
        }
    }
}
