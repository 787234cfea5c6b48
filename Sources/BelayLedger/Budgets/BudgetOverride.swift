import BelayCore

/// Another limit than the configured one, for a while or for good. Each is a new record: the latest that holds counts.
public struct BudgetOverride: Sendable, Hashable {
    public var budget: String
    public var tenant: String
    /// Whom it is for; nil for everybody whom the budget counts and for whom there is none of their own.
    public var subject: String?
    /// In `unit`, 0 or more; nil takes earlier ones back.
    public var units: Int64?
    /// It holds for accounts of this unit.
    public var unit: BudgetUnit
    /// From then on it holds no more; nil for never.
    public var expires: Timestamp?
    /// Who set it, and why: 1 to 200 bytes, 0 to 2,000 bytes.
    public var author: String
    public var reason: String
    public var created: Timestamp

    public init(
        budget: String, tenant: String, subject: String?, units: Int64?, unit: BudgetUnit, expires: Timestamp? = nil,
        author: String, reason: String = "", created: Timestamp
    ) {
        self.budget = budget
        self.tenant = tenant
        self.subject = subject
        self.units = units
        self.unit = unit
        self.expires = expires
        self.author = author
        self.reason = reason
        self.created = created
    }
}

extension Budget {
    /// Reads the limit of an override: an amount in the budget's unit, or `configured`, which is nil.
    ///
    /// - Throws: `BudgetLimitProblem`.
    public func replacement(_ text: String) throws(BudgetLimitProblem) -> BudgetLimit? {
        if text == "configured" { return nil }
        let limit = try BudgetLimit(text)
        if limit.unit == self.limit.unit { return limit }
        throw BudgetLimitProblem(
            "'\(text.prefix(60))' is no amount of \(self.limit.unit.rawValue), which \(self.name) counts")
    }

    /// Whom an override is for.
    ///
    /// - Parameters:
    ///   - tenant: Nil for the one there is without tenants.
    ///   - subject: Whose limit it is; nil for everybody of the tenant. 1 to 256 characters, none of them a control character.
    /// - Throws: `BudgetLimitProblem` for what would be another one's limit.
    public func target(
        tenant: String?, subject: String?
    ) throws(BudgetLimitProblem) -> (tenant: String, subject: String?) {
        let isName = (subject?.unicodeScalars ?? "x".unicodeScalars).allSatisfy {
            $0.properties.generalCategory != .control
        }
        guard isName, (1...256).contains(subject?.count ?? 1) else {
            throw BudgetLimitProblem("a subject has 1 to 256 characters, none of them a control character")
        }
        switch self.scope {
        case .everything:
            guard subject == nil else {
                throw BudgetLimitProblem("\(self.name) counts everybody together and has no limit for one subject")
            }
            guard tenant == nil else {
                throw BudgetLimitProblem("\(self.name) counts all tenants together and has no limit for one of them")
            }
            return ("", nil)
        case .tenant:
            let name = subject ?? tenant ?? User.defaultTenant
            guard tenant == nil || tenant == name else {
                throw BudgetLimitProblem("\(self.name) counts tenants: '\(name)' and '\(tenant ?? "")' are two of them")
            }
            return (name.spelledOnce, name.spelledOnce)
        case .session, .user, .customer, .agent:
            guard tenant != "" else { throw BudgetLimitProblem("a tenant has a name of 1 character or more") }
            return ((tenant ?? User.defaultTenant).spelledOnce, subject?.spelledOnce)
        }
    }
}
