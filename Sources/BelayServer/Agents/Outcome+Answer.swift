import BelayCore
import BelayIngress
import BelayRuntime

extension Outcome {
    /// What the client of a chat protocol is told.
    enum Answer: Sendable {
        case text(String, StopReason)
        case problem(IngressProblem)
    }

    func answer(_ tally: AgentTally) -> Answer {
        switch self {
        case .completed(let output, _): .text(output, .endTurn)
        // What there is, and that it is not all.
        case .limitReached(_, let output, _): .text(output, .maxTokens)
        case .waiting(let waits, _): .text(Self.words(for: waits), .endTurn)
        case .failed(let failure, let head): .problem(Self.problem(failure, of: head.id, tally))
        case .cancelled(let head):
            .problem(IngressProblem(.cancelled, "The execution \(head.id) was cancelled."))
        }
    }

    /// The waits that somebody has to answer.
    var waits: [WaitRecord] {
        if case .waiting(let waits, _) = self { waits } else { [] }
    }

    /// What is said in place of an answer that somebody has to be waited for: a question as it is, of everything else that
    /// it isn't done.
    static func words(for waits: [WaitRecord]) -> String {
        waits.map { record in
            switch record.wait.kind {
            case .input: record.wait.question
            case .approval: "Before this goes on, a person has to approve: \(record.wait.question)"
            case .handoff: "A person was asked to take over and hasn't answered yet."
            case .resolution:
                "It isn't known whether a part of this was carried out. A person has to look before it goes on."
            case .limit: "A person has to decide whether this goes on: \(record.wait.question)"
            case .timer: ""
            }
        }.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private static func problem(
        _ failure: ExecutionFailure, of id: ExecutionID, _ tally: AgentTally
    ) -> IngressProblem {
        let kind = ModelFailure.Kind.allCases.first { failure.code == "model_\($0.code)" }
        // A model's failure is told in the words that are meant for users.
        let message = kind == nil ? failure.message : tally.userMessage ?? failure.message
        var problem = IngressProblem(
            kind.map { IngressProblem.Kind($0) } ?? .upstreamFailed, "\(message) (execution \(id), \(failure.code))")
        // The runtime tried what made sense; the same task again is another execution.
        problem.wasTried = true
        return problem
    }
}
