/// A key that lets a client in, and for whom it does: everything that comes with it happens in its tenant.
public struct APIKey: Sendable, Hashable {
    public var secret: Secret
    /// Who uses it, as rates count and logs tell; unique among the keys of a server. 1 to 64 letters, digits, `_` and `-`.
    public var name: String
    /// Whose data it reaches, and nobody else's; of the form of a name. Default `default`.
    public var tenant: String

    public init(_ secret: Secret, name: String, tenant: String = User.defaultTenant) {
        self.secret = secret
        self.name = name
        self.tenant = tenant
    }
}
