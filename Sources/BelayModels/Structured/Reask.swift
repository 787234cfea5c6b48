import BelayCore

/// How a model is told what is wrong with its answer.
enum Reask {
    /// More is no help, and would be paid for.
    private static let mostProblems = 16
    private static let longestProblem = 500
    private static let longestAnswer = 16_384

    static func messages(after judged: StructuredTry) -> [Message] {
        var problems = judged.problems.prefix(Self.mostProblems).map { "- \($0.prefix(Self.longestProblem))" }
        if judged.problems.count > Self.mostProblems {
            problems.append("- and \(judged.problems.count - Self.mostProblems) more")
        }
        let correction = """
            Your answer can't be used:
            \(problems.joined(separator: "\n"))
            Answer the question again with one JSON value that is valid by the schema, complete, and nothing else.
            """
        let answer = String(judged.answer.text.prefix(Self.longestAnswer))
        // An empty message is refused by some vendors.
        let earlier = answer.allSatisfy(\.isWhitespace) ? [] : [Message(role: .assistant, content: [.text(answer)])]
        return earlier + [.user(correction)]
    }
}
