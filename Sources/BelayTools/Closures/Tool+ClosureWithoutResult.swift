import BelayCore

extension Tool {
    /// A tool that is a Swift closure and returns nothing: that it returned is its result.
    ///
    /// Everything is as in the variant with a result, but that the probe only says whether the effect happened.
    public init<Arguments: Decodable & Sendable>(
        _ name: String, _ description: String, effect: ToolEffect = .once, inDoubt: InDoubtPolicy? = nil,
        approval: ApprovalRule = .never, timeout: Duration = .seconds(30),
        perform: @escaping @Sendable (Arguments) async throws -> Void,
        probe: (@Sendable (ToolInvocation) async throws -> Bool)? = nil,
        compensate: (@Sendable (ToolInvocation) async throws -> Void)? = nil
    ) {
        self.init(
            name, description, effect: effect, inDoubt: inDoubt, approval: approval, timeout: timeout,
            perform: { (arguments: Arguments, _: ToolInvocation) in try await perform(arguments) },
            probe: probe, compensate: compensate)
    }

    /// A tool that is a Swift closure, returns nothing, and wants to know more about its call.
    public init<Arguments: Decodable & Sendable>(
        _ name: String, _ description: String, effect: ToolEffect = .once, inDoubt: InDoubtPolicy? = nil,
        approval: ApprovalRule = .never, timeout: Duration = .seconds(30),
        perform: @escaping @Sendable (Arguments, ToolInvocation) async throws -> Void,
        probe: (@Sendable (ToolInvocation) async throws -> Bool)? = nil,
        compensate: (@Sendable (ToolInvocation) async throws -> Void)? = nil
    ) {
        let prober = probe.map { probe in
            { @Sendable (invocation: ToolInvocation) async throws -> String? in
                try await probe(invocation) ? Self.done : nil
            }
        }
        self.init(
            name, description, effect: effect, inDoubt: inDoubt, approval: approval, timeout: timeout,
            perform: { (arguments: Arguments, invocation: ToolInvocation) -> String in
                try await perform(arguments, invocation)
                return Self.done
            },
            probe: prober, compensate: compensate)
    }

    /// What a model reads of a tool that has no more to say.
    private static let done = "done"
}
