import BelayCore
import BelayResilience
import Logging

/// What every driver of a node works with.
struct NodeContext: Sendable {
    let store: any ExecutionStore
    let gateway: any ModelGateway
    let agents: AgentDirectory
    let feed: LiveFeed
    let options: RuntimeOptions
    let clock: any Clock<Duration>
    /// The same clock, for all moments that are compared.
    let timekeeper: Timekeeper
    let wallClock: any WallClock
    let random: RandomSource
    let logger: Logger
    let trouble: StoreTrouble
    let sentCalls = SentCalls()
    let accounts = ToolAccounts()
    /// Fires when the node stops taking new steps.
    let stopping: Interruption
}
