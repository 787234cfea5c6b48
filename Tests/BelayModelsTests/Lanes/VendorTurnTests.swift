import BelayCore
import BelayHTTP
import BelayResilience
import BelayTesting
import Testing

@testable import BelayModels

/// Turns at a vendor that has nothing left: whose call isn't sent keeps none.
@Suite(.timeLimit(.minutes(5)))
struct VendorTurnTests {
    private let clock = ManualClock()

    /// At a vendor that gives one request back each second.
    private func lane(limits: OutgoingRateLimits? = nil) -> ProviderLane {
        var settings = Samples.provider("a")
        settings.rateLimits = limits
        return ProviderLane(
            settings: settings, models: ["m"], keyRests: .init(refused: .seconds(900), quotaExhausted: .seconds(60)),
            transport: ScriptedTransport([]), timekeeper: Timekeeper(self.clock), wallClock: ManualWallClock(),
            random: RandomSource(SeededGenerator(seed: 1)), report: { _ in })
    }

    private func tell(_ lane: ProviderLane) {
        lane.endpoints[0].cell(of: "m").hear([
            "x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "0",
            "x-ratelimit-reset-requests": "60s",
        ])
    }

    private static let request = LaneRequest(model: "m", tenant: "t", longest: .seconds(5))

    private func enterAfterASecond(_ lane: ProviderLane) async throws -> LanePass {
        async let pass = lane.enter(Self.request)
        #expect(await self.clock.advanceToNext() == .seconds(1))
        return try await pass
    }

    private func wait(_ lane: ProviderLane) -> Duration? { lane.obstacle(model: "m", atMost: .zero)?.retryAfter }

    @Test func whoLeavesWhileItWaitsGivesItBack() async throws {
        let lane = self.lane()
        self.tell(lane)
        var waiting: [Task<LanePass, any Error>] = []
        for count in 1...4 {
            waiting.append(Task { try await lane.enter(Self.request) })
            await self.clock.sleepers(count)
        }
        for task in waiting { task.cancel() }
        for task in waiting { await #expect(throws: CancellationError.self) { _ = try await task.value } }
        #expect(self.wait(lane) == .seconds(1))
    }

    @Test func whomAQuotaStopsGivesItBack() async throws {
        let lane = self.lane(limits: .init(requestsPerMinute: 6))
        lane.leave(try await lane.enter(Self.request), with: .answered(.zero))
        self.tell(lane)
        let failure = await #expect(throws: ModelFailure.self) { _ = try await self.enterAfterASecond(lane) }
        #expect(failure?.kind == .throttled && (failure?.retryAfter ?? .zero) > .seconds(8))
        #expect(self.wait(lane) == nil)
    }

    @Test func whatIsNotSentAfterAllGivesItBack() async throws {
        let lane = self.lane()
        self.tell(lane)
        lane.leave(try await self.enterAfterASecond(lane), with: .unsent)
        #expect(self.wait(lane) == nil)
    }

    @Test func whatWasSentKeepsIt() async throws {
        for end in [LanePass.End.cancelled(nil), .outrun(nil), .answered(.zero)] {
            let lane = self.lane()
            self.tell(lane)
            lane.leave(try await self.enterAfterASecond(lane), with: end)
            #expect(self.wait(lane) == .seconds(1))
        }
    }
}
