import BelayCore
import BelayJSON

extension Tool {
    /// A tool that is a Swift closure.
    ///
    /// ```swift
    /// let orders = Tool("check_order_status", "Looks an order up", effect: .readOnly) { (query: OrderQuery) in
    ///     try await shop.order(query.number)
    /// }
    /// ```
    ///
    /// The schema that the model sees is derived from `Arguments`. If that fails the tool can't be registered, and the
    /// error of the registration says why. Everything that has no parameter here is set on `descriptor`.
    ///
    /// - Parameters:
    ///   - name: 1 to 64 letters, digits, `_` and `-`.
    ///   - description: What it does and when to use it, for the model.
    ///   - effect: What it does to the world. Default `once`: never repeated blindly.
    ///   - inDoubt: What to do when its result was lost. Default: repeat for `readOnly` and `idempotent`, a person for
    ///     `once`, the compensation for `compensatable`.
    ///   - approval: When a person must agree first.
    ///   - timeout: How long a call may take. Default 30 s.
    ///   - perform: Does it. A `String` is passed on as it is, anything else as JSON. Throw `ToolFailure` to say
    ///     whether the effect may have happened; any other error counts as one that may have, unless the tool is
    ///     read-only.
    ///   - probe: Whether the effect with the invocation's key happened: its result, or nil when it did not.
    ///   - compensate: Undoes the effect with the invocation's key, if it happened; safe to repeat.
    public init<Arguments: Decodable & Sendable, Output: Encodable & Sendable>(
        _ name: String, _ description: String, effect: ToolEffect = .once, inDoubt: InDoubtPolicy? = nil,
        approval: ApprovalRule = .never, timeout: Duration = .seconds(30),
        perform: @escaping @Sendable (Arguments) async throws -> Output,
        probe: (@Sendable (ToolInvocation) async throws -> Output?)? = nil,
        compensate: (@Sendable (ToolInvocation) async throws -> Void)? = nil
    ) {
        self.init(
            name, description, effect: effect, inDoubt: inDoubt, approval: approval, timeout: timeout,
            perform: { (arguments: Arguments, _: ToolInvocation) in try await perform(arguments) },
            probe: probe, compensate: compensate)
    }

    /// A tool that is a Swift closure and wants to know more about its call: the idempotency key, the user, the
    /// execution.
    ///
    /// Everything else is as in the variant without the invocation.
    public init<Arguments: Decodable & Sendable, Output: Encodable & Sendable>(
        _ name: String, _ description: String, effect: ToolEffect = .once, inDoubt: InDoubtPolicy? = nil,
        approval: ApprovalRule = .never, timeout: Duration = .seconds(30),
        perform: @escaping @Sendable (Arguments, ToolInvocation) async throws -> Output,
        probe: (@Sendable (ToolInvocation) async throws -> Output?)? = nil,
        compensate: (@Sendable (ToolInvocation) async throws -> Void)? = nil
    ) {
        let prober = probe.map { probe in
            { @Sendable (invocation: ToolInvocation) async throws -> String? in
                try await probe(invocation).map { try Self.text(of: $0) }
            }
        }
        self.init(
            textual: { (arguments: Arguments, invocation) in try Self.text(of: try await perform(arguments, invocation))
            },
            probe: prober, compensate: compensate
        ) { schema in
            ToolDescriptor(
                name: name, description: description, parameters: schema, effect: effect, inDoubt: inDoubt,
                approval: approval, timeout: timeout)
        }
    }

    /// Derives the schema and keeps the error, if there is one, where the registration finds it.
    private init<Arguments: Decodable & Sendable>(
        textual perform: @escaping @Sendable (Arguments, ToolInvocation) async throws -> String,
        probe: (@Sendable (ToolInvocation) async throws -> String?)?,
        compensate: (@Sendable (ToolInvocation) async throws -> Void)?, describedBy descriptor: (JSON) -> ToolDescriptor
    ) {
        var schema: JSON = ["type": "object"]
        var defect: String?
        do {
            schema = try JSONSchema.derived(from: Arguments.self)
        } catch {
            defect = "no schema can be derived from \(Arguments.self): \(error)"
        }
        self.init(
            descriptor: descriptor(schema),
            handler: ClosureToolHandler<Arguments>(
                defect: defect, perform: perform, prober: probe, compensator: compensate))
    }

    private static func text(of output: some Encodable) throws -> String {
        if let text = output as? String { return text }
        do {
            return try JSON(encoding: output).serialized()
        } catch {
            throw ToolFailure(.invalidOutput, "The result can't be written as JSON: \(error)", mayHaveHappened: true)
        }
    }
}
