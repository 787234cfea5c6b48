import BelayCore

extension RequestContext {
    /// What all vendors take.
    static let imageTypes = ["image/jpeg", "image/png", "image/gif", "image/webp"]

    /// An image or a file behind a URL, or inside a data URL.
    ///
    /// - Parameter types: The media types that are taken in a data URL; empty for all.
    mutating func attachment(
        url field: Field, types: [String], name: String? = nil
    ) throws(IngressProblem) -> Attachment {
        try self.countAttachment(at: field)
        let url = try field.string()
        guard url.hasPrefix("data:") else {
            guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
                throw field.problem(.badValue, "expected a URL that begins with 'https://', 'http://' or 'data:'.")
            }
            return Attachment(mediaType: types.isEmpty ? "application/octet-stream" : "image/*", url: url, name: name)
        }
        guard let comma = url.firstIndex(of: ","), url[..<comma].hasSuffix(";base64") else {
            throw field.problem(.badValue, "expected a data URL such as 'data:image/png;base64,iVBOR…'.")
        }
        let mediaType = String(url[url.index(url.startIndex, offsetBy: 5)..<comma].dropLast(7))
        let data = String(url[url.index(after: comma)...])
        return Attachment(
            mediaType: try self.mediaType(mediaType, of: types, at: field), data: try self.base64(data, at: field),
            name: name)
    }

    /// An image or a file whose bytes are in a member of their own.
    mutating func attachment(
        data field: Field, mediaType: String, types: [String], at typeField: Field, name: String? = nil
    ) throws(IngressProblem) -> Attachment {
        try self.countAttachment(at: field)
        return Attachment(
            mediaType: try self.mediaType(mediaType, of: types, at: typeField),
            data: try self.base64(try field.string(), at: field), name: name)
    }

    private func mediaType(
        _ mediaType: String, of types: [String], at field: Field
    ) throws(IngressProblem) -> String {
        guard types.isEmpty || types.contains(mediaType) else {
            throw field.problem(
                .badValue,
                "'\(mediaType.prefix(64))' is not supported. Supported are: \(types.joined(separator: ", ")).")
        }
        return mediaType
    }

    private func base64(_ text: String, at field: Field) throws(IngressProblem) -> String {
        guard text.utf8.count / 4 * 3 <= self.limits.attachmentBytes else {
            throw field.problem(.tooLarge, "it is larger than \(self.limits.attachmentBytes) bytes.")
        }
        guard Self.isBase64(text) else { throw field.problem(.badValue, "expected base64, and not empty.") }
        return text
    }

    /// RFC 4648, section 4, with or without the padding.
    static func isBase64(_ text: String) -> Bool {
        var digits = 0
        var padding = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                guard padding == 0 else { return false }
                digits += 1
            case UInt8(ascii: "="): padding += 1
            default: return false
            }
        }
        guard digits > 0, digits % 4 != 1 else { return false }
        return padding == 0 || (padding <= 2 && (digits + padding) % 4 == 0)
    }
}
