import ArgumentParser
import Belay

/// Who works on a task, and for whom.
struct AgentOptions: ParsableArguments {
    @Option(help: "The agent; may be left out when there is one only.")
    var agent: String?
    @Option(help: "On whose behalf.")
    var user = "local"
    @Flag(
        help:
            "Fail rather than be answered by a lesser path: no earlier answer stands in, nobody is asked to take over.")
    var critical = false

    func request(_ task: String, to agent: String, in session: SessionID? = nil, key: String? = nil) -> StartRequest {
        StartRequest(
            agent: agent, task: task, user: User(self.user), session: session, idempotencyKey: key,
            isCritical: self.critical)
    }
}
