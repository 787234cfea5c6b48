import BelayJSON

/// Everything about a tool except what it does.
public struct ToolDescriptor: Sendable, Hashable {
    /// 1 to 64 letters, digits, `_` and `-`: what every provider accepts.
    public var name: String
    public var description: String
    /// JSON Schema of the arguments: an object.
    public var parameters: JSON
    /// JSON Schema of the output; nil accepts any.
    public var output: JSON?
    public var effect: ToolEffect
    public var inDoubt: InDoubtPolicy
    public var approval: ApprovalRule
    /// How long an approval is waited for, then the call is denied.
    public var approvalExpiry: Duration
    /// Default 30 s.
    public var timeout: Duration
    /// Calls a minute over the whole process; nil is unlimited.
    public var callsPerMinute: Int?
    /// Characters of output that may enter the context; more is cut and said so. Default 32,768.
    public var maxOutputCharacters: Int
    /// What a call costs; nil, the default, is nothing.
    public var cost: ToolCost?

    public init(
        name: String, description: String, parameters: JSON, output: JSON? = nil, effect: ToolEffect = .once,
        inDoubt: InDoubtPolicy? = nil, approval: ApprovalRule = .never, approvalExpiry: Duration = .seconds(24 * 3_600),
        timeout: Duration = .seconds(30), callsPerMinute: Int? = nil, maxOutputCharacters: Int = 32_768,
        cost: ToolCost? = nil
    ) {
        self.name = name
        self.description = description
        self.parameters = parameters
        self.output = output
        self.effect = effect
        self.inDoubt =
            inDoubt ?? (effect == .once ? .person : effect == .compensatable ? .compensate : .repeatWithSameKey)
        self.approval = approval
        self.approvalExpiry = approvalExpiry
        self.timeout = timeout
        self.callsPerMinute = callsPerMinute
        self.maxOutputCharacters = maxOutputCharacters
        self.cost = cost
    }

    /// From when on a call that was sent then is taken not to be running any more: twice the timeout later, since the other
    /// side doesn't know that nobody listens.
    public func settles(sent: Timestamp) -> Timestamp { sent.advanced(by: self.timeout * 2) }

    public var definition: ToolDefinition {
        ToolDefinition(name: self.name, description: self.description, parameters: self.parameters)
    }
}
