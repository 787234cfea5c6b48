import BelayCore
import BelayJSON

/// What `tools/call` answered.
struct MCPToolResult: Sendable, Hashable {
    /// A tool's own words about its failure that are passed on.
    private static let maxErrorCharacters = 4_000

    private let content: [JSON]
    private let structured: JSON?
    private let isError: Bool

    init(_ json: JSON) throws(MCPFailure) {
        let content = json["content"]?.arrayValue
        let structured = json["structuredContent"]
        // Some servers write null for what they don't have.
        self.structured = structured == .some(.null) ? .none : structured
        guard content != nil || self.structured != nil else { throw .malformed("a tool's result has no content") }
        self.content = content ?? []
        self.isError = json["isError"]?.boolValue ?? false
    }

    /// The structured content if there is some, since it is what an output schema speaks of; else the texts, a line
    /// each.
    ///
    /// - Throws: `ToolFailure` with the tool's own words when it says that it failed.
    func output() throws(ToolFailure) -> String {
        if self.isError { throw ToolFailure(.rejected, String(self.text.prefix(Self.maxErrorCharacters))) }
        return self.structured?.serialized() ?? self.text
    }

    private var text: String {
        self.content.map(Self.text(of:)).joined(separator: "\n")
    }

    /// What a model that reads text can use; of the rest it learns that it exists.
    private static func text(of block: JSON) -> String {
        switch block["type"]?.stringValue {
        case "text":
            return block["text"]?.stringValue ?? ""
        case "resource":
            let resource = block["resource"]
            if let text = resource?["text"]?.stringValue { return text }
            return "[a resource that is not text: \(resource?["uri"]?.stringValue ?? "without a URI")]"
        case "resource_link":
            return "[a link to a resource: \(block["uri"]?.stringValue ?? "without a URI")]"
        case let kind:
            let type = block["mimeType"]?.stringValue.map { " (\($0))" } ?? ""
            return "[content of kind \(kind ?? "unknown")\(type) that is not shown]"
        }
    }
}
