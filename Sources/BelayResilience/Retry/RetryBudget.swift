/// A ``RetryBudgetWindow`` that the calls to one dependency share.
public final class RetryBudget: Sendable {
    private let window: Locked<RetryBudgetWindow>
    private let timekeeper: Timekeeper

    public init(policy: RetryBudgetPolicy = RetryBudgetPolicy(), clock: any Clock<Duration> = ContinuousClock()) {
        self.window = Locked(RetryBudgetWindow(policy: policy))
        self.timekeeper = Timekeeper(clock)
    }

    /// Counts a call, once however often it is tried.
    public func deposit() {
        let now = self.timekeeper.now
        self.window.withLock { $0.deposit(at: now) }
    }

    /// Takes one retry; false when the share is used up, and then the call should fail with what it has.
    public func withdraw() -> Bool {
        let now = self.timekeeper.now
        return self.window.withLock { $0.withdraw(at: now) }
    }

    /// Retries that could be made at this moment, for metrics.
    public var balance: Int {
        let now = self.timekeeper.now
        return self.window.withLock { $0.balance(at: now) }
    }
}
