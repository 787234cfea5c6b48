import BelayJSON

/// A vendor's protocol.
enum WireProtocol: String, Sendable, CaseIterable {
    case openAI = "openai"
    case anthropic
    case responses

    var format: any WireFormat {
        switch self {
        case .openAI: OpenAIFormat()
        case .anthropic: AnthropicFormat()
        case .responses: ResponsesFormat()
        }
    }
}

/// How one vendor's protocol writes requests, answers, streams and errors.
protocol WireFormat: Sendable {
    /// Reads a request as strictly as the vendor does where agents often get it wrong: roles, pairing of calls and results.
    func conversation(from body: JSON) throws(ProviderProblem) -> Conversation
    func headers(requestID: String) -> [(name: String, value: String)]
    func status(of problem: ProviderProblem) -> Int
    func body(of problem: ProviderProblem, requestID: String) -> JSON
    func body(of answer: Answer) -> JSON
    /// The whole stream; the last event is the terminator.
    func events(of answer: Answer) -> [StreamEvent]
    func event(of problem: ProviderProblem, requestID: String) -> StreamEvent
    /// Sent while nothing else is to say; carries no content.
    var ping: StreamEvent { get }
    func models(_ names: [String]) -> JSON
    func model(_ name: String) -> JSON
}
