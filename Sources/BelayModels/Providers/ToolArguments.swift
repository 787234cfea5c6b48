import BelayCore
import BelayJSON

/// Arguments of tool calls between text, in which models write them, and JSON, in which some protocols carry them.
enum ToolArguments {
    /// The object to send for arguments that a model wrote. Text that is no object is sent as it is under a key of its
    /// own, so that the model sees what it did wrong.
    static func object(from text: String) -> JSON {
        let parsed = try? JSON.parse(text)  // The error is no news: the call was answered with it.
        if let parsed, parsed.objectValue != nil { return parsed }
        return text.allSatisfy(\.isWhitespace) ? [:] : ["invalid_json": .string(text)]
    }

    /// The text for arguments that came as JSON. A string is text that the provider could not parse.
    static func text(from json: JSON?) -> String {
        switch json {
        case nil, .null: "{}"
        case .string(let text): text
        case let json?: json.serialized()
        }
    }

    /// No arguments are an empty object: models leave the text out for tools that take none. What a stream has passed on
    /// by then, blank as it is, stays.
    static func completed(_ text: String) -> String {
        text.allSatisfy(\.isWhitespace) ? text + "{}" : text
    }
}
