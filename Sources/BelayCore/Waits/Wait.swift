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
    /// When the default answer is taken.
    public var expires: Timestamp
    /// The answer taken at expiry; nil means that expiry itself is the event (a timer).
    public var defaultAnswer: JSON?

    public init(
        id: WaitID, kind: WaitKind, question: String, context: JSON = .null, answerSchema: JSON? = nil,
        callID: String? = nil, expires: Timestamp, defaultAnswer: JSON? = nil
    ) {
        self.id = id
        self.kind = kind
        self.question = question
        self.context = context
        self.answerSchema = answerSchema
        self.callID = callID
        self.expires = expires
        self.defaultAnswer = defaultAnswer
    }
}
