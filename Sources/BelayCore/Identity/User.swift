/// On whose behalf an execution runs.
public struct User: Sendable, Hashable, Codable {
    /// Unique within the tenant; 1 to 256 characters.
    public var id: String
    /// Whose data this is; tenants never see each other. `defaultTenant` in a single-tenant installation.
    public var tenant: String
    /// The paying customer, when that is somebody else than the user.
    public var customer: String?
    /// What the permission rules know this user as.
    public var role: String

    /// The tenant of a single-tenant installation: `default`.
    public static let defaultTenant = "default"
    /// The user of what was asked for without saying by whom.
    public static let anonymous = "anonymous"

    public init(_ id: String, tenant: String = Self.defaultTenant, customer: String? = nil, role: String = "user") {
        self.id = id
        self.tenant = tenant
        self.customer = customer
        self.role = role
    }
}
