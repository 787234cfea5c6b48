import BelayCore

/// Who sends a request, by the key that it has.
struct Client: Sendable, Hashable {
    /// The key's name; nil where the server asks for none.
    var key: String?
    /// Whose executions, waits and outcomes it works with, and nobody else's.
    var tenant: String

    /// Where no key is asked for.
    static let anybody = Client(key: nil, tenant: User.defaultTenant)
    /// Who has none of the keys: no tenant can have this name.
    static let stranger = Client(key: nil, tenant: "")

    /// Whether it may see and change what concerns all tenants: keys of other tenants belong to those who use the server.
    var isOperator: Bool { self.tenant == User.defaultTenant }
}
