import BelayCore
import BelayJSON

/// What tells whether an answer did what its task is for.
public struct SuccessFunction: Sendable {
    /// What a success function of one's own looks at.
    public struct Answer: Sendable {
        public var task: String
        public var request: ModelRequest
        public var answer: ModelAnswer
        public var path: ModelPath
        /// Whose budgets count what judging it costs.
        public var caller: ModelCaller
        public var tenant: String
    }

    enum Kind: Sendable {
        case schema(JSONSchema)
        case expression(OutputExpression)
        case closure(@Sendable (Answer) -> Double?)
        case feedback
        case judge(Judge)
        case tool(BelayCore.Tool)
    }

    /// A model that is asked what an answer is worth.
    struct Judge: Sendable {
        let route: String
        let rubric: String
    }

    let kind: Kind

    /// The task of the calls to models that judge.
    static let judgesTask = "judge"

    /// The text of the answer has to be JSON of this schema, as it is, without repair: 1 or 0.
    public static func schema(_ schema: JSONSchema) -> SuccessFunction { SuccessFunction(kind: .schema(schema)) }

    /// The expression has to hold for the answer: 1 or 0.
    public static func expression(_ expression: OutputExpression) -> SuccessFunction {
        SuccessFunction(kind: .expression(expression))
    }

    /// What a function of one's own says: 0 to 1, or nil when it can't tell. It runs before the call returns; keep it short.
    public static func custom(_ body: @escaping @Sendable (Answer) -> Double?) -> SuccessFunction {
        SuccessFunction(kind: .closure(body))
    }

    /// Somebody says it later, or nobody does: until then nothing is known of an answer.
    public static let feedback = SuccessFunction(kind: .feedback)

    /// Another model says it, by a rubric, after the call has returned. It is asked over a route of the same gateway, and its
    /// calls are outcomes of the task `judge`. Needs ``Gateway/run()``.
    ///
    /// - Parameter rubric: What a good answer is, for the judge.
    public static func judge(route: String, rubric: String) -> SuccessFunction {
        SuccessFunction(kind: .judge(Judge(route: route, rubric: rubric)))
    }

    /// A tool says it, after the call has returned. It gets `task`, `input` (the last message), `output` (the text) and
    /// `path`, and answers with true or false, a number from 0 to 1, or an object with such a `success`. Needs
    /// ``Gateway/run()``.
    public static func tool(_ tool: BelayCore.Tool) -> SuccessFunction { SuccessFunction(kind: .tool(tool)) }

    /// The judgement that can be made at once; nil for one that comes later, or never.
    func judgement(of answer: Answer) -> Double? {
        switch self.kind {
        case .schema(let schema):
            // What is no JSON has no schema. Why it is none is the model's affair.
            guard let json = try? JSON.parse(answer.answer.text) else { return 0 }
            return schema.accepts(json) ? 1 : 0
        case .expression(let expression): return expression.holds(for: answer.answer) ? 1 : 0
        case .closure(let body): return body(answer).map { min(max(0, $0), 1) }
        case .feedback, .judge, .tool: return nil
        }
    }

    /// Whether somebody has to be asked after the call.
    var asksLater: Bool {
        switch self.kind {
        case .judge, .tool: true
        case .schema, .expression, .closure, .feedback: false
        }
    }
}
