/// What a tool does.
public protocol ToolHandler: Sendable {
    /// Performs the call.
    ///
    /// - Returns: The output as text; JSON text when the tool has an output schema.
    /// - Throws: `ToolFailure`; any other error counts as `internal` and, unless the tool is read-only, as one that may
    ///   have happened.
    func call(_ invocation: ToolInvocation) async throws -> String

    /// Whether the effect with this key happened: its result, or nil when it did not.
    ///
    /// - Throws: When that can't be found out now; asked again later.
    func probe(_ invocation: ToolInvocation) async throws -> String?

    /// Undoes the effect with this key, if it happened; safe to repeat.
    func compensate(_ invocation: ToolInvocation) async throws
}

extension ToolHandler {
    public func probe(_ invocation: ToolInvocation) async throws -> String? {
        throw ToolFailure(.internal, "this tool has no probe")
    }

    public func compensate(_ invocation: ToolInvocation) async throws {
        throw ToolFailure(.internal, "this tool has no compensation")
    }
}
