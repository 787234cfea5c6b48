/// One part of a message.
public enum Content: Sendable, Hashable {
    case text(String)
    case reasoning(Reasoning)
    case toolCall(ToolCall)
    case toolResult(ToolResult)
    case image(Attachment)
    case file(Attachment)

    public var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    public var toolCall: ToolCall? {
        if case .toolCall(let call) = self { call } else { nil }
    }

    public var toolResult: ToolResult? {
        if case .toolResult(let result) = self { result } else { nil }
    }
}

extension Content: Codable {
    private enum Key: String, CodingKey { case text, reasoning, call, result, image, file }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        guard let key = container.allKeys.first else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "empty content"))
        }
        switch key {
        case .text: self = .text(try container.decode(String.self, forKey: .text))
        case .reasoning: self = .reasoning(try container.decode(Reasoning.self, forKey: .reasoning))
        case .call: self = .toolCall(try container.decode(ToolCall.self, forKey: .call))
        case .result: self = .toolResult(try container.decode(ToolResult.self, forKey: .result))
        case .image: self = .image(try container.decode(Attachment.self, forKey: .image))
        case .file: self = .file(try container.decode(Attachment.self, forKey: .file))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        switch self {
        case .text(let text): try container.encode(text, forKey: .text)
        case .reasoning(let reasoning): try container.encode(reasoning, forKey: .reasoning)
        case .toolCall(let call): try container.encode(call, forKey: .call)
        case .toolResult(let result): try container.encode(result, forKey: .result)
        case .image(let image): try container.encode(image, forKey: .image)
        case .file(let file): try container.encode(file, forKey: .file)
        }
    }
}
