import BelayCore

/// Puts a streamed answer into blocks, one after the other, for protocols that have only one open at a time.
///
/// Parallel tool calls may come interleaved. The block in front goes out at once, piece by piece; those behind it wait
/// until it is complete. A text is complete when something else follows, a call when its arguments are.
struct BlockSequencer: Sendable {
    enum Step: Sendable, Hashable {
        /// A block begins: the part without its text, a call without its arguments.
        case opened(Int, Content)
        case text(Int, String)
        case reasoning(Int, String)
        case signature(Int, String)
        case arguments(Int, String)
        /// A block is complete: all of it.
        case closed(Int, Content)
    }

    private struct Block {
        var content: Content
        /// The stream's index of a call.
        var call: Int?
        var end = ArgumentsEnd()
        /// Nothing can be added any more.
        var isSealed = false
    }

    /// From the one in front on, which is open if there is one.
    private var blocks: [Block] = []
    /// The number of the block in front.
    private var number = 0
    private var frontIsOpen = false
    private(set) var hasToolCalls = false

    /// Everything that was closed, in order.
    private(set) var finished: [Content] = []

    /// - Returns: What can go out now.
    /// - Throws: `IngressProblem` for arguments of a call that was complete, or never began.
    mutating func apply(_ event: ModelStreamEvent) throws(IngressProblem) -> [Step] {
        switch event {
        case .textDelta(let text): return text.isEmpty ? [] : self.addText(text)
        case .reasoningDelta(let text): return text.isEmpty ? [] : self.addReasoning(text)
        case .reasoningSignature(let signature): return signature.isEmpty ? [] : self.sign(signature)
        case .toolCallStarted(let index, let id, let name):
            self.hasToolCalls = true
            self.blocks.append(
                Block(content: .toolCall(ToolCall(id: id, name: name, arguments: "")), call: index))
            return self.advance()
        case .toolCallArgumentsDelta(let index, let text):
            return text.isEmpty ? [] : try self.addArguments(text, to: index)
        case .started, .usage, .finished: return []
        }
    }

    /// Closes everything.
    mutating func end() -> [Step] {
        var steps: [Step] = []
        while !self.blocks.isEmpty {
            steps += self.openFront()
            steps += self.closeFront()
        }
        return steps
    }

    private mutating func addText(_ text: String) -> [Step] {
        if let last = self.blocks.indices.last, case .text(var all) = self.blocks[last].content {
            self.blocks[last].content = .text("")  // No second owner, which would make every piece copy all before it.
            all += text
            self.blocks[last].content = .text(all)
            return last == 0 && self.frontIsOpen ? [.text(self.number, text)] : self.advance()
        }
        self.blocks.append(Block(content: .text(text)))
        return self.advance()
    }

    private mutating func addReasoning(_ text: String) -> [Step] {
        if let last = self.blocks.indices.last, !self.blocks[last].isSealed,
            case .reasoning(var reasoning) = self.blocks[last].content
        {
            self.blocks[last].content = .text("")
            reasoning.text += text
            self.blocks[last].content = .reasoning(reasoning)
            return last == 0 && self.frontIsOpen ? [.reasoning(self.number, text)] : self.advance()
        }
        self.blocks.append(Block(content: .reasoning(Reasoning(text: text, origin: ""))))
        return self.advance()
    }

    /// Ends the reasoning before it, or is a block of its own.
    private mutating func sign(_ signature: String) -> [Step] {
        if let last = self.blocks.indices.last, !self.blocks[last].isSealed, !Reasoning.isRedacted(signature),
            case .reasoning(var reasoning) = self.blocks[last].content
        {
            reasoning.signature = signature
            self.blocks[last].content = .reasoning(reasoning)
            self.blocks[last].isSealed = true
            return last == 0 && self.frontIsOpen ? [.signature(self.number, signature)] : self.advance()
        }
        let reasoning = Reasoning(text: "", signature: signature, origin: "")
        self.blocks.append(Block(content: .reasoning(reasoning), isSealed: true))
        return self.advance()
    }

    private mutating func addArguments(_ text: String, to index: Int) throws(IngressProblem) -> [Step] {
        guard let place = self.blocks.firstIndex(where: { $0.call == index }),
            case .toolCall(var call) = self.blocks[place].content
        else {
            // Blank space behind complete arguments means nothing.
            guard !text.allSatisfy(\.isWhitespace) else { return [] }
            throw IngressProblem(
                .upstreamFailed, "The model went on with a tool call that was complete, or had not begun.")
        }
        self.blocks[place].content = .text("")
        call.arguments += text
        self.blocks[place].end.read(text)
        self.blocks[place].content = .toolCall(call)
        guard place == 0, self.frontIsOpen else { return self.advance() }
        return [.arguments(self.number, text)] + self.advance()
    }

    /// Opens the block in front, and closes it when another one waits and it is complete.
    private mutating func advance() -> [Step] {
        var steps = self.openFront()
        while self.blocks.count > 1, self.frontIsComplete {
            steps += self.closeFront()
            steps += self.openFront()
        }
        return steps
    }

    private var frontIsComplete: Bool {
        guard let front = self.blocks.first else { return false }
        return front.call == nil || front.end.isReached
    }

    private mutating func openFront() -> [Step] {
        guard !self.frontIsOpen, let front = self.blocks.first else { return [] }
        self.frontIsOpen = true
        let number = self.number
        switch front.content {
        case .text(let text): return [.opened(number, .text(""))] + (text.isEmpty ? [] : [.text(number, text)])
        case .toolCall(var call):
            let arguments = call.arguments
            call.arguments = ""
            return [.opened(number, .toolCall(call))] + (arguments.isEmpty ? [] : [.arguments(number, arguments)])
        case .reasoning(let reasoning):
            if reasoning.redactedData != nil { return [.opened(number, .reasoning(reasoning))] }
            var steps: [Step] = [.opened(number, .reasoning(Reasoning(text: "", origin: "")))]
            if !reasoning.text.isEmpty { steps.append(.reasoning(number, reasoning.text)) }
            if let signature = reasoning.signature { steps.append(.signature(number, signature)) }
            return steps
        case .toolResult, .image, .file: return []  // Never put into `blocks`.
        }
    }

    private mutating func closeFront() -> [Step] {
        var content = self.blocks.removeFirst().content
        var steps: [Step] = []
        // Models leave the arguments out for tools that take none.
        if case .toolCall(var call) = content, call.arguments.allSatisfy(\.isWhitespace) {
            call.arguments += "{}"
            steps.append(.arguments(self.number, "{}"))
            content = .toolCall(call)
        }
        steps.append(.closed(self.number, content))
        self.finished.append(content)
        self.number += 1
        self.frontIsOpen = false
        return steps
    }
}
