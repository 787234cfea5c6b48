/// What the simulated model says, with placeholders.
struct Reply: Sendable, Equatable {
    struct ToolCall: Sendable, Equatable {
        var name: Template
        var arguments: Arguments
    }

    enum Arguments: Sendable, Equatable {
        case json(JSONTemplate)
        /// Sent as it is, even if it is no JSON.
        case raw(Template)
    }

    /// What a reply says about its usage; the rest is estimated.
    struct Usage: Sendable, Equatable {
        var input: Int?
        var cached: Int?
        var output: Int?
        var reasoning: Int?
    }

    var text: Template?
    var json: JSONTemplate?
    var refusal: Template?
    var toolCalls: [ToolCall] = []
    var stop: Answer.Stop?
    var usage = Usage()
    var latency = Latency()
    var pieceLength: Int?

    var placeholders: [Placeholder] {
        var all = (self.text?.placeholders ?? []) + (self.json?.placeholders ?? []) + (self.refusal?.placeholders ?? [])
        for call in self.toolCalls {
            all += call.name.placeholders
            switch call.arguments {
            case .json(let template): all += template.placeholders
            case .raw(let template): all += template.placeholders
            }
        }
        return all
    }
}
