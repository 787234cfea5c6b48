import BelayCore
import BelayJSON

/// A tool whose arguments and result are Swift types.
struct ClosureToolHandler<Arguments: Decodable & Sendable>: InspectableToolHandler {
    /// The arguments' schema could not be derived. Kept until the tool is registered, so that declaring one can't
    /// throw.
    let defect: String?
    let perform: @Sendable (Arguments, ToolInvocation) async throws -> String
    let prober: (@Sendable (ToolInvocation) async throws -> String?)?
    let compensator: (@Sendable (ToolInvocation) async throws -> Void)?

    var canProbe: Bool { self.prober != nil }
    var canCompensate: Bool { self.compensator != nil }

    func call(_ invocation: ToolInvocation) async throws -> String {
        let arguments: Arguments
        do {
            arguments = try invocation.arguments.decode(Arguments.self)
        } catch {
            throw ToolFailure(.invalidArguments, "The arguments can't be read as \(Arguments.self): \(error)")
        }
        return try await self.perform(arguments, invocation)
    }

    func probe(_ invocation: ToolInvocation) async throws -> String? {
        guard let prober else { throw ToolFailure(.internal, "This tool has no probe.") }
        return try await prober(invocation)
    }

    func compensate(_ invocation: ToolInvocation) async throws {
        guard let compensator else { throw ToolFailure(.internal, "This tool has no compensation.") }
        try await compensator(invocation)
    }
}
