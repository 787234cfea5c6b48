import BelayCore

/// The protocols in which a client may ask for an answer. One door to all that is written for each of them.
package enum IngressProtocol: String, Sendable, Hashable, CaseIterable {
    /// `POST /v1/chat/completions`, OpenAI.
    case chatCompletions
    /// `POST /v1/messages`, Anthropic.
    case messages
    /// `POST /v1/responses`, OpenAI.
    case responses

    package var parameters: ParameterTable {
        switch self {
        case .chatCompletions: ChatParameters.table
        case .messages: MessagesParameters.table
        case .responses: ResponsesParameters.table
        }
    }

    /// Reads and checks a body.
    ///
    /// - Parameters:
    ///   - reasoningOrigin: Whose reasoning it is that the client sends back without a mark. Default: that of any provider
    ///     of this protocol.
    ///   - schemas: A server passes one `RememberedSchemas` for all requests.
    /// - Throws: `IngressProblem` with the path of the first thing that is wrong.
    package func read(
        _ body: [UInt8], limits: IngressLimits = IngressLimits(), reasoningOrigin: String? = nil,
        schemas: any SchemaChecking = SchemaReading()
    ) throws(IngressProblem) -> IngressRequest {
        let reasoningOrigin = reasoningOrigin ?? Reasoning.origin(ofClientsIn: self.original)
        switch self {
        case .chatCompletions:
            var reader = ChatRequestReader(limits: limits, schemas: schemas)
            return try reader.read(body)
        case .messages:
            var reader = MessagesRequestReader(limits: limits, reasoningOrigin: reasoningOrigin, schemas: schemas)
            return try reader.read(body)
        case .responses:
            var reader = ResponsesRequestReader(limits: limits, reasoningOrigin: reasoningOrigin, schemas: schemas)
            return try reader.read(body)
        }
    }

    /// The body of a whole answer.
    package func body(of answer: ModelAnswer, to request: IngressRequest, stamp: AnswerStamp) -> [UInt8] {
        switch self {
        case .chatCompletions: ChatAnswerWriter(stamp: stamp).body(of: answer, to: request)
        case .messages: MessagesAnswerWriter(stamp: stamp).body(of: answer, to: request)
        case .responses: ResponsesAnswerWriter(stamp: stamp).body(of: answer, to: request)
        }
    }

    /// Writes a streamed answer.
    package func makeStream(
        for request: IngressRequest, stamp: AnswerStamp, requestID: String? = nil
    ) -> any IngressStreamWriter {
        switch self {
        case .chatCompletions: ChatStreamWriter(for: request, stamp: stamp)
        case .messages: MessagesStreamWriter(for: request, stamp: stamp, requestID: requestID)
        case .responses: ResponsesStreamWriter(for: request, stamp: stamp)
        }
    }

    /// An error instead of an answer.
    package func reply(to problem: IngressProblem, requestID: String? = nil) -> ErrorReply {
        switch self {
        case .chatCompletions, .responses: OpenAIErrorShape.reply(to: problem)
        case .messages: AnthropicErrorShape.reply(to: problem, requestID: requestID)
        }
    }
}
