import BelayCore
import BelayJSON
import BelayRuntime
import Hummingbird

/// What is served for those who operate the runtime.
struct OperationEndpoints: Sendable {
    let runtime: Runtime
    /// Counters of model calls; those of tools are the runtime's.
    let statistics: @Sendable () -> JSON

    var all: [Endpoint] { [self.agents, self.counters.forOperators, self.live, self.ready] }

    private var agents: Endpoint {
        Endpoint(
            method: .get, path: "/v1/agents", operation: "listAgents",
            summary: "Lists the agents that take tasks here.",
            answer: Schemas.page(of: ["type": "object"])
        ) { _ in
            let agents: [JSON] = self.runtime.agentNames.compactMap(self.runtime.agent(named:)).map { agent in
                [
                    "name": .string(agent.name), "version": .string(agent.version), "route": .string(agent.route),
                    "tools": .array(agent.tools.map { .string($0) }),
                ]
            }
            return .json(["items": .array(agents), "next": .null])
        }
    }

    private var counters: Endpoint {
        Endpoint(
            method: .get, path: "/v1/statistics", operation: "statistics",
            summary: "Counters of model calls and tools since this process started.", answer: Schemas.statistics
        ) { _ in
            var view = self.statistics()
            view["tools"] = .array(self.runtime.toolStatistics.map(\.view))
            return .json(view)
        }
    }

    private var live: Endpoint {
        Endpoint(
            method: .get, path: "/health/live", operation: "live", summary: "The process answers.",
            answer: Schemas.health
        ) { _ in .json(["status": "ok"]) }
    }

    private var ready: Endpoint {
        Endpoint(
            method: .get, path: "/health/ready", operation: "ready",
            summary: "The process can take tasks and work on them: the store was written just now.",
            answer: Schemas.health
        ) { _ in
            do {
                try await self.runtime.checkReadiness()
                return .json(["status": "ok"])
            } catch let refusal as RequestError {
                throw Problem(
                    .serviceUnavailable, code: "not_ready", refusal.message, headers: [.retryAfter: "1"],
                    cause: refusal.cause)
            }
        }
    }
}
