import BelayCore

/// What an attempt on one path costs.
struct Billing: Sendable {
    /// Nil when it is unknown.
    let price: Price?

    /// The cost of an answer. Where the provider reported no usage, it is estimated.
    func cost(of answer: ModelAnswer, to request: ModelRequest) -> Cost {
        if let reported = answer.usage.reportedCost { return .known(reported) }
        guard let price = self.price else { return .unknown }
        if answer.usage != .zero { return self.cost(of: answer.usage, at: price) }
        return .estimated(price.cost(of: UsageEstimate.usage(of: answer, to: request)))
    }

    /// The cost of an attempt that was given up: an estimate, since a provider tells nobody who left what it used. What it
    /// reported until then is the least.
    func cost(ofGivenUp reading: UsageMeter.Reading, request: ModelRequest) -> Cost {
        guard let price = self.price else { return .unknown }
        var usage = reading.usage ?? .zero
        if usage.totalInput == 0 { usage.freshInput = UsageEstimate.input(of: request) }
        usage.output += max(0, UsageEstimate.tokens(reading.writtenBytes) - usage.totalOutput)
        return .estimated(price.cost(of: usage))
    }

    /// The same of embeddings.
    func cost(ofGivenUp usage: Usage?, request: EmbeddingRequest) -> Cost {
        guard let price = self.price else { return .unknown }
        return .estimated(price.cost(of: usage ?? Usage(freshInput: UsageEstimate.input(of: request))))
    }

    /// The cost of embeddings.
    func cost(of usage: Usage) -> Cost {
        if let reported = usage.reportedCost { return .known(reported) }
        guard let price = self.price, usage != .zero else { return .unknown }
        return self.cost(of: usage, at: price)
    }

    /// The cost of an attempt that failed; nil when the provider reported no usage, and so bills nothing that is known.
    func cost(ofFailure usage: Usage?) -> Cost? {
        guard let usage, usage != .zero else { return nil }
        if let reported = usage.reportedCost { return .known(reported) }
        return self.price.map { self.cost(of: usage, at: $0) } ?? .unknown
    }

    private func cost(of usage: Usage, at price: Price) -> Cost {
        let amount = price.cost(of: usage)
        return price.isEstimate ? .estimated(amount) : .known(amount)
    }
}

/// Tokens by the length of the text, where nobody counted them: four bytes of UTF-8 each, which is near for English and
/// too few for most other languages.
enum UsageEstimate {
    private static let bytesPerToken = 4

    static func usage(of answer: ModelAnswer, to request: ModelRequest) -> Usage {
        Usage(freshInput: self.input(of: request), output: Self.tokens(Self.bytes(of: answer.content)))
    }

    /// What a request may use at most, as vendors count it ahead: its input and the output that it allows. Where it allows
    /// any, 1,024 tokens of output, which few answers exceed.
    static func most(of request: ModelRequest) -> Int {
        self.input(of: request) + min(max(0, request.maxOutputTokens ?? 1_024), 1_000_000_000)
    }

    static func input(of request: ModelRequest) -> Int {
        let tools = request.tools.reduce(0) {
            $0 + $1.name.utf8.count + $1.description.utf8.count + $1.parameters.bytes().count
        }
        return Self.tokens(tools + Self.messageBytes(of: request))
    }

    static func input(of request: EmbeddingRequest) -> Int {
        request.inputs.reduce(0) { sum, input in
            switch input {
            case .text(let text): sum + Self.tokens(text.utf8.count)
            case .tokens(let tokens): sum + tokens.count
            }
        }
    }

    /// Of instructions and messages; tools would have to be written out to be counted.
    static func tokens(inMessagesOf request: ModelRequest) -> Int { Self.tokens(Self.messageBytes(of: request)) }

    private static func messageBytes(of request: ModelRequest) -> Int {
        request.messages.reduce(request.system.utf8.count) { $0 + Self.bytes(of: $1.content) }
    }

    static func tokens(_ bytes: Int) -> Int { (bytes + Self.bytesPerToken - 1) / Self.bytesPerToken }

    private static func bytes(of content: [Content]) -> Int {
        content.reduce(0) { sum, part in
            switch part {
            case .text(let text): sum + text.utf8.count
            case .reasoning(let reasoning): sum + reasoning.text.utf8.count
            case .toolCall(let call): sum + call.name.utf8.count + call.arguments.utf8.count
            case .toolResult(let result): sum + result.content.utf8.count
            case .image(let file), .file(let file): sum + (file.data?.utf8.count ?? 0)
            }
        }
    }
}
