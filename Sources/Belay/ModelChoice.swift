import BelayCore
import BelayModels

/// Which models answer a runtime's agents.
public struct ModelChoice: Sendable {
    let open: @Sendable () throws -> any ModelGateway

    /// What the environment names: `OPENAI_API_KEY` with `OPENAI_BASE_URL`, `ANTHROPIC_API_KEY` with
    /// `ANTHROPIC_BASE_URL`, and `BELAY_MODEL`. With both keys set, the second provider is the fallback of the first.
    public static func environment() -> ModelChoice { ModelChoice { try Gateway.environment() } }

    /// A gateway with providers and routes of your own.
    public static func gateway(_ gateway: any ModelGateway) -> ModelChoice { ModelChoice { gateway } }
}
