import BelayCore

extension CompactionPolicy {
    static let section = Section<CompactionPolicy>(
        "When what was said longer ago is summed up by a model, to save room and tokens. Facts, the task and the last turns "
            + "stay as they were said.",
        make: { CompactionPolicy() },
        keys: [
            Key("on", \.isOn, .boolean, "Whether it is summed up at all."),
            Key(
                "route", optional: \.route, .nonEmptyText, default: "the agent's own",
                "The route of the model that sums up. A cheap one will do."),
            Key(
                "context_tokens", \.contextTokens, .integer(1_000...10_000_000),
                "How long the context may get, in tokens as estimated; it is compacted at four fifths. Where the models of "
                    + "its route are known to have room for less, that counts."),
            Key(
                "keep_turns", \.keepTurns, .integer(1...50),
                "Answers of the model, with what led to each, that stay as they are."),
            Key(
                "summary_tokens", \.summaryTokens, .integer(100...100_000),
                "Tokens of output that the summary may have."
            ),
        ])
}
