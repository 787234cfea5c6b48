extension JSON {
    /// Parses one JSON document strictly by RFC 8259: UTF-8 without a byte order mark, no comments, no trailing commas.
    ///
    /// Of a repeated key the last value counts. Lone surrogates are refused, since no Swift string can hold them.
    public static func parse(_ bytes: [UInt8], limits: Limits = .default) throws(ParseError) -> JSON {
        try bytes.withUnsafeBufferPointer { Self.parsed($0, limits: limits) }.get()
    }

    public static func parse(_ text: String, limits: Limits = .default) throws(ParseError) -> JSON {
        var text = text
        return try text.withUTF8 { Self.parsed($0, limits: limits) }.get()
    }

    public static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>, limits: Limits = .default
    ) throws(ParseError) -> JSON {
        try Self.parsed(bytes, limits: limits).get()
    }

    private static func parsed(_ bytes: UnsafeBufferPointer<UInt8>, limits: Limits) -> Result<JSON, ParseError> {
        guard bytes.count <= limits.bytes else {
            return .failure(
                ParseError(
                    offset: limits.bytes, line: 1, column: 1,
                    reason: "document of \(bytes.count) bytes is larger than the limit of \(limits.bytes)"))
        }
        guard let base = bytes.baseAddress, !bytes.isEmpty else {
            return .failure(ParseError(offset: 0, line: 1, column: 1, reason: "empty document"))
        }
        do throws(JSONParser.Fault) {
            var parser = JSONParser(
                base: base, count: bytes.count, depthLimit: limits.depth, allowsRepeatedKeys: limits.allowsRepeatedKeys)
            return .success(try parser.document())
        } catch {
            return .failure(ParseError(error, in: bytes))
        }
    }
}

extension JSON.ParseError {
    init(_ fault: JSONParser.Fault, in bytes: UnsafeBufferPointer<UInt8>) {
        var line = 1
        var lineStart = 0
        for position in 0..<min(fault.offset, bytes.count) where bytes[position] == 0x0A {
            line += 1
            lineStart = position + 1
        }
        self.init(
            offset: fault.offset, line: line, column: fault.offset - lineStart + 1, reason: "\(fault.reason)")
    }
}
