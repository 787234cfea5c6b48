/// How many executions of somebody are open.
public struct OpenExecutionCount: Sendable, Hashable {
    /// Empty where tenants are counted together.
    public var tenant: String
    /// The user, customer, agent, key or tenant; empty where everything is counted together.
    public var name: String
    public var count: Int

    public init(tenant: String, name: String, count: Int) {
        self.tenant = tenant
        self.name = name
        self.count = count
    }
}
