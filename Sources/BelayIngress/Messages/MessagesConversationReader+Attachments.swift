import BelayCore

extension MessagesConversationReader {
    mutating func image(_ field: Field) throws(IngressProblem) -> Content? {
        try field.allow(only: ["type", "source", "cache_control", "transformations"])
        self.context.drop(field["cache_control"], "it only steers a vendor's cache")
        self.context.drop(field["transformations"], "other vendors decide for themselves about large images")
        let source = try field.required("source")
        switch try source.required("type").word(of: ["base64", "url", "file"]) {
        case "base64":
            let type = try source.required("media_type")
            return .image(
                try self.context.attachment(
                    data: try source.required("data"), mediaType: try type.string(), types: RequestContext.imageTypes,
                    at: type))
        case "url":
            return .image(
                try self.context.attachment(url: try Self.web(source), types: RequestContext.imageTypes))
        default:
            _ = try source.required("file_id").string()
            self.context.demand(field, "the file lies with Anthropic")
            return nil
        }
    }

    mutating func document(_ field: Field) throws(IngressProblem) -> Content? {
        try field.allow(only: ["type", "source", "cache_control", "citations", "context", "title"])
        self.context.drop(field["cache_control"], "it only steers a vendor's cache")
        self.context.drop(field["context"], "other vendors' files have no such part")
        if field["citations"]?["enabled"]?.json == true {
            self.context.demand(field["citations"], "citations are Anthropic's own")
        }
        let title = try field["title"]?.string()
        let source = try field.required("source")
        switch try source.required("type").word(of: ["base64", "text", "content", "url", "file"]) {
        case "base64":
            let type = try source.required("media_type")
            return .file(
                try self.context.attachment(
                    data: try source.required("data"), mediaType: try type.string(), types: ["application/pdf"],
                    at: type, name: title))
        case "url":
            var file = try self.context.attachment(url: try Self.web(source), types: [], name: title)
            file.mediaType = "application/pdf"
            return .file(file)
        case "text":
            return .text([title, try source.required("data").string()].compactMap { $0 }.joined(separator: "\n\n"))
        case "content" where source["content"]?.json.stringValue != nil:
            let text = try source.required("content").string()
            return .text([title, text].compactMap { $0 }.joined(separator: "\n\n"))
        default:
            self.context.demand(field, "the document is in a form of Anthropic's own")
            return nil
        }
    }

    /// A source that the vendor fetches itself: never a data URL.
    private static func web(_ source: Field) throws(IngressProblem) -> Field {
        let url = try source.required("url")
        guard try url.string().hasPrefix("http") else {
            throw url.problem(.badValue, "expected a URL that begins with 'https://' or 'http://'.")
        }
        return url
    }
}
