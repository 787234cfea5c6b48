import BelayCore

/// The rules for tools that somebody else describes: what a description may not decide.
public struct ToolRules: Sendable, Hashable {
    /// Default `once`: never repeated blindly.
    public var effect: ToolEffect
    /// nil: repeat for `readOnly` and `idempotent`, a person for `once`.
    public var inDoubt: InDoubtPolicy?
    public var approval: ApprovalRule
    /// Default 24 h.
    public var approvalExpiry: Duration
    /// Default 30 s.
    public var timeout: Duration
    /// For each tool; nil, the default, is unlimited.
    public var callsPerMinute: Int?
    /// Default 32,768.
    public var maxOutputCharacters: Int
    /// Of each call of each tool; nil, the default, is nothing.
    public var cost: ToolCost?

    public init(
        effect: ToolEffect = .once, inDoubt: InDoubtPolicy? = nil, approval: ApprovalRule = .never,
        approvalExpiry: Duration = .seconds(24 * 3_600), timeout: Duration = .seconds(30), callsPerMinute: Int? = nil,
        maxOutputCharacters: Int = 32_768, cost: ToolCost? = nil
    ) {
        self.effect = effect
        self.inDoubt = inDoubt
        self.approval = approval
        self.approvalExpiry = approvalExpiry
        self.timeout = timeout
        self.callsPerMinute = callsPerMinute
        self.maxOutputCharacters = maxOutputCharacters
        self.cost = cost
    }
}
