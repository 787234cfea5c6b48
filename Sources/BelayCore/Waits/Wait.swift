import BelayJSON

/// Something an execution waits for: a row, not a process.
public struct Wait: Sendable, Hashable, Codable {
    public var id: WaitID
    public var kind: WaitKind
    /// In plain words, what is asked or what will happen.
    public var question: String
    /// What the person needs to decide: tool and arguments, reason, what was tried.
    public var context: JSON
    /// JSON Schema that an answer has to satisfy; nil for a timer.
    public var answerSchema: JSON?
    /// The tool call that this is about.
    public var callID: String?
    /// When it is over without an answer: a timer has done its work, a call is not approved, a question stays open, a
    /// hand-off fails the execution, a doubt stays one, a limit holds.
    public var expires: Timestamp

    public init(
        id: WaitID, kind: WaitKind, question: String, context: JSON = .null, answerSchema: JSON? = nil,
        callID: String? = nil, expires: Timestamp
    ) {
        self.id = id
        self.kind = kind
        self.question = question
        self.context = context
        self.answerSchema = answerSchema
        self.callID = callID
        self.expires = expires
    }
}
