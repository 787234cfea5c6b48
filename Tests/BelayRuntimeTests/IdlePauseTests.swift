import Testing

@testable import BelayRuntime

struct IdlePauseTests {
    @Test func whatIsDueAndCantBeClaimedIsLookedAtEverMoreRarely() {
        var pause = IdlePause(longest: .milliseconds(500))
        let pauses = (1...10).map { _ in pause.next(due: .seconds(-3_600)) }
        #expect(pauses == [5, 10, 20, 40, 80, 160, 320, 500, 500, 500].map { .milliseconds($0) })
        pause.reset()
        #expect(pause.next(due: .zero) == .milliseconds(5))
    }

    @Test func whatIsDueLaterIsAwaited() {
        var pause = IdlePause(longest: .milliseconds(500))
        #expect(pause.next(due: .milliseconds(70)) == .milliseconds(70))
        #expect(pause.next(due: .seconds(70)) == .milliseconds(500))
        #expect(pause.next(due: .zero) == .milliseconds(5))
    }
}
