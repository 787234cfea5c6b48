import BelayResilience
import Testing

struct RetryPolicyTests {
    @Test func ceilingsDoubleFromOneSecondUpToTheCap() {
        let policy = RetryPolicy()
        let ceilings = (0..<8).map { policy.ceiling(beforeRetry: $0) }
        #expect(ceilings == [1, 2, 4, 8, 16, 32, 60, 60].map { .seconds($0) })
    }

    @Test func noNumberOfRetriesOverflowsTheCeiling() {
        #expect(RetryPolicy().ceiling(beforeRetry: .max) == .seconds(60))
        #expect(RetryPolicy(factor: 1).ceiling(beforeRetry: 1_000_000) == .seconds(1))
        #expect(RetryPolicy(base: .zero).ceiling(beforeRetry: 1_000_000) == .zero)
    }
}
