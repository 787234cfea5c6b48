/// How many executions may be open at once: begun and not ended, whether they work, wait for a person or a time, or queue
/// in their session.
public struct OpenExecutionLimit: Sendable, Hashable {
    /// Which executions are counted together with a new one.
    public enum Scope: String, Sendable, Hashable, CaseIterable {
        /// Of its user, customer or agent, within its tenant. ``User/anonymous`` is no user.
        case user, customer, agent
        /// Started with the same key of the server, in whatever tenant.
        case key
        case tenant, everything
    }

    /// The most that a store counts.
    public static let largest = 10_000

    /// Told to whoever is refused.
    public var name: String
    public var scope: Scope
    public var count: Int

    /// - Parameter count: 1 to ``largest``.
    public init(_ name: String, per scope: Scope, count: Int) {
        precondition((1...Self.largest).contains(count), "\(count) open executions can't be a limit.")
        self.name = name
        self.scope = scope
        self.count = count
    }
}
