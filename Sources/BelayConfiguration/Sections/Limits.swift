import BelayCore

extension ExecutionLimits {
    static let section = Section<ExecutionLimits>(
        "How far one execution may go. Whichever limit is reached first ends it, with a reason of its own.",
        make: { .default },
        keys: [
            Key("steps", \.maxSteps, .integer(1...1_000), "Model calls."),
            Key("tokens_per_step", \.maxTokensPerStep, .integer(1...10_000_000), "Tokens of output of one model call."),
            Key(
                "timeout", \.timeout, .duration(),
                "Time from the start, less the time spent waiting for people and in durable pauses."),
            Key("tool_calls", \.maxToolCalls, .integer(0...100_000), "Tool calls over all steps."),
            Key("tokens", \.maxTokens, .integer(1...1_000_000_000_000), "Tokens over all steps, input and output."),
            Key(
                "cost", \.maxCost,
                .money.checked {
                    $0 > .zero ? nil : "an agent that may cost nothing never answers; allow more than $0"
                },
                "Dollars over all steps; more than $0."),
            Key(
                "repeats", \.maxRepeats, .integer(2...100),
                "How often one call, or one cycle of calls, may repeat before it counts as a loop."),
            Key(
                "model_pauses", \.maxModelPauses, .integer(0...100),
                "How often a model call that found no available model is tried again after a durable pause, before a "
                    + "person is asked."
            ),
            Key(
                "session_tokens", \.maxSessionTokens, .integer(1...1_000_000_000_000),
                "Tokens over all executions of a session, input and output."),
            Key(
                "at_limit", \.atLimit, .word,
                "What becomes of an execution that reached its steps, tool calls, tokens, time or cost. `stop`: it sums up "
                    + "and ends. `ask`: it waits for a person, who may raise the limit, and stops when nobody answers "
                    + "within the agent's `wait_expiry`."),
        ])
}
