import BelayCore
import BelayResilience
import BelayTesting
import Testing

@testable import BelayServer

struct OutagePatienceTests {
    private var patience = OutagePatience(longest: .seconds(30))
    private let start = Timekeeper(ManualClock()).now
    private let date = Timestamp(milliseconds: 1_780_000_000_000)

    private static let failed = Event.modelCallFailed(
        .init(step: 1, failure: ModelFailure(.network, message: ""), userMessage: ""))

    private static let answered = Event.modelAnswered(
        .init(
            step: 1, content: [.text("Here.")], stopReason: .endTurn, usage: .zero, cost: .unknown,
            path: ModelPath(provider: "a", model: "m"), milliseconds: 0))

    private mutating func take(_ event: Event, at seconds: Int) -> OutagePatience.Verdict {
        self.patience.take(event, at: self.start + .seconds(seconds), time: self.date.advanced(by: .seconds(seconds)))
    }

    /// A pause that ends then.
    private func pause(until seconds: Int, kind: WaitKind = .timer) -> Event {
        .waitOpened(
            Wait(
                id: WaitID(rawValue: "wait_1"), kind: kind, question: "", context: .null,
                expires: self.date.advanced(by: .seconds(seconds))))
    }

    @Test mutating func pausesAreSatOutThatEndInTime() {
        #expect(self.take(Self.failed, at: 0) == .began)
        #expect(self.take(self.pause(until: 5), at: 0) == .nothing)
        #expect(self.take(Self.failed, at: 5) == .nothing)
        #expect(self.take(self.pause(until: 25), at: 5) == .nothing)
        #expect(self.take(Self.failed, at: 25) == .nothing)
        #expect(self.take(self.pause(until: 105), at: 25) == .tooLong(.seconds(80)))
    }

    @Test mutating func anAnswerEndsIt() {
        #expect(self.take(Self.answered, at: 0) == .nothing)
        #expect(self.take(Self.failed, at: 0) == .began)
        #expect(self.take(Self.answered, at: 20) == .over)
        #expect(self.take(Self.failed, at: 40) == .began)
        #expect(self.take(self.pause(until: 70), at: 40) == .nothing)
    }

    @Test mutating func whatIsHistoryAndOtherWaitsSayNothing() {
        #expect(self.take(self.pause(until: 500), at: 0) == .nothing)
        #expect(self.take(Self.failed, at: 100) == .began)
        #expect(self.take(self.pause(until: 5), at: 100) == .nothing)
        #expect(self.take(self.pause(until: 86_400, kind: .approval), at: 100) == .nothing)
    }
}
