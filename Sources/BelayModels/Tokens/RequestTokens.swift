import BelayCore

/// Estimates the input of requests to one model: their texts by its tokenizer, and what its vendor adds around them.
package struct RequestTokens: Sendable {
    /// What is added to the texts, in tokens.
    struct Frame: Sendable, Hashable {
        var request: TokenEstimate
        var message: TokenEstimate
        /// To each call of a tool, and to each result.
        var call: TokenEstimate
        var tool: TokenEstimate
        /// Once, where there are tools: the vendor's own instructions how to use them.
        var tools: TokenEstimate
    }

    let tokenizer: Tokenizer
    let frame: Frame
    private let model: String

    /// - Parameter model: As its provider calls it.
    package init(model: String) {
        self.tokenizer = Tokenizer(model: model)
        self.frame = Frame(for: self.tokenizer)
        self.model = model
    }

    private var attachments: AttachmentTokens { AttachmentTokens(model: self.model, tokenizer: self.tokenizer) }

    /// All that the model reads.
    package func input(of request: ModelRequest) -> TokenEstimate {
        var walk = TokenWalk(self.tokenizer)
        var added = self.frame.request
        walk.add(request.system)
        for message in request.messages {
            added = added + self.frame.message
            for part in message.content { self.add(part, to: &walk, &added) }
        }
        if let schema = request.outputSchema { walk.addText(schema.serialized()) }
        if !request.tools.isEmpty { added = added + self.frame.tools }
        for tool in request.tools {
            added = added + self.frame.tool
            walk.addText(tool.name)
            walk.addText(tool.description)
            walk.addText(tool.parameters.serialized())
        }
        return walk.estimate + added
    }

    /// What a request is likely to use, as vendors count it ahead: its input and the output that it allows. Where it allows
    /// any, 1,024 tokens of output, which few answers exceed.
    func forecast(_ request: ModelRequest) -> Int {
        self.input(of: request).expected + min(max(0, request.maxOutputTokens ?? 1_024), 1_000_000_000)
    }

    func input(of request: EmbeddingRequest) -> TokenEstimate {
        var walk = TokenWalk(self.tokenizer)
        var counted = 0
        for input in request.inputs {
            switch input {
            case .text(let text): walk.addText(text)
            case .tokens(let tokens): counted += tokens.count
            }
        }
        return walk.estimate + TokenEstimate(exactly: counted)
    }

    /// What has been written of an answer.
    func output(of content: [Content]) -> TokenEstimate {
        var walk = TokenWalk(self.tokenizer)
        var added = TokenEstimate.zero
        for part in content { self.add(part, to: &walk, &added) }
        return walk.estimate + added
    }

    private func add(_ part: Content, to walk: inout TokenWalk, _ added: inout TokenEstimate) {
        switch part {
        case .text(let text): walk.addText(text)
        case .reasoning(let reasoning): walk.addText(reasoning.text)
        case .toolCall(let call):
            added = added + self.frame.call
            walk.addText(call.name)
            walk.addText(call.arguments)
        case .toolResult(let result):
            added = added + self.frame.call
            walk.addText(result.content)
        case .image(let image): added = added + self.attachments.image(image)
        case .file(let file): added = added + self.attachments.file(file)
        }
    }
}

extension RequestTokens.Frame {
    /// - OpenAI: three tokens a message and three for the answer's beginning (OpenAI cookbook, "How to count tokens with
    ///   tiktoken"); it has functions written shorter than as JSON, so that counting the JSON is more than enough.
    /// - Anthropic: 346 tokens of instructions where there are tools, up to 530 with older models ("Tool use pricing and
    ///   tokens" in its documentation).
    /// - Others: as OpenAI, with more room.
    init(for tokenizer: Tokenizer) {
        switch tokenizer {
        case .cl100k, .o200k:
            self.init(
                request: TokenEstimate(expected: 3, most: 8), message: TokenEstimate(expected: 4, most: 6),
                call: TokenEstimate(expected: 8, most: 20), tool: TokenEstimate(expected: 8, most: 20),
                tools: TokenEstimate(expected: 12, most: 40))
        case .claude, .newerClaude:
            self.init(
                request: TokenEstimate(expected: 6, most: 16), message: TokenEstimate(expected: 4, most: 8),
                call: TokenEstimate(expected: 20, most: 60), tool: TokenEstimate(expected: 12, most: 40),
                tools: TokenEstimate(expected: 346, most: 1_000))
        case .deepSeek, .tekken, .typical:
            self.init(
                request: TokenEstimate(expected: 6, most: 40), message: TokenEstimate(expected: 4, most: 8),
                call: TokenEstimate(expected: 12, most: 40), tool: TokenEstimate(expected: 12, most: 40),
                tools: TokenEstimate(expected: 40, most: 400))
        }
    }
}

extension TokenWalk {
    /// A text that doesn't go on with the one before.
    mutating func addText(_ text: String) {
        self.startText()
        self.add(text)
    }
}
