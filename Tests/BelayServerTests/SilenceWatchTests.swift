import BelayResilience
import Testing

@testable import BelayServer

struct SilenceWatchTests {
    @Test func aSignIsDueAfterEachSilence() {
        var watch = SilenceWatch(longest: .seconds(10), from: .origin)
        #expect(watch.next(at: .seconds(4)) == .seconds(10))
        watch.heard(at: .seconds(6))
        #expect(watch.next(at: .seconds(10)) == .seconds(16))
        #expect(watch.next(at: .seconds(16)) == nil, "the sign")
        #expect(watch.next(at: .seconds(16)) == .seconds(26), "and anew")
    }

    @Test func whoComesLateToTheLockTurnsNothingBack() {
        var watch = SilenceWatch(longest: .seconds(10), from: .origin)
        watch.heard(at: .seconds(6))
        watch.heard(at: .seconds(3))
        #expect(watch.next(at: .seconds(7)) == .seconds(16))
    }
}
