import BelayCore

extension ResponsesInputReader {
    mutating func image(_ field: Field) throws(IngressProblem) -> Content? {
        try field.allow(only: ["type", "image_url", "file_id", "detail", "prompt_cache_breakpoint"])
        if let detail = field["detail"], try detail.word(of: ["auto", "low", "high", "original"]) != "auto" {
            self.context.drop(detail, "other vendors have no such dial")
        }
        guard let url = field["image_url"] else {
            guard field["file_id"] != nil else {
                throw IngressProblem(
                    .missing, at: field.path.key("image_url"), "an image needs 'image_url' or 'file_id'.")
            }
            self.context.demand(field, "the file lies with OpenAI")
            return nil
        }
        return .image(try self.context.attachment(url: url, types: RequestContext.imageTypes))
    }

    mutating func file(_ field: Field) throws(IngressProblem) -> Content? {
        try field.allow(
            only: ["type", "file_data", "file_id", "file_url", "filename", "detail", "prompt_cache_breakpoint"])
        self.context.drop(field["detail"], "other vendors have no such dial")
        let name = try field["filename"]?.string()
        if field["file_id"] != nil {
            self.context.demand(field, "the file lies with OpenAI")
            return nil
        }
        guard let source = field["file_url"] ?? field["file_data"] else {
            throw IngressProblem(
                .missing, at: field.path.key("file_data"), "a file needs 'file_data', 'file_url' or 'file_id'.")
        }
        return .file(try self.context.attachment(url: source, types: [], name: name))
    }
}
