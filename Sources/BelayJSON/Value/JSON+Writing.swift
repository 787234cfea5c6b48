extension JSON {
    /// This value as compact JSON, in one line and in the objects' own order.
    public func serialized() -> String { String(decoding: self.bytes(), as: UTF8.self) }

    /// `serialized()` as UTF-8.
    public func bytes() -> [UInt8] {
        var output: [UInt8] = []
        self.write(into: &output)
        return output
    }

    /// Appends this value as compact JSON in UTF-8.
    public func write(into output: inout [UInt8]) {
        var writer = JSONWriter()
        defer { writer.deallocate() }
        writer.append(self)
        output.append(contentsOf: writer.written)
    }

    /// This value over several lines, indented by two spaces.
    public func prettyPrinted() -> String {
        var writer = JSONWriter()
        defer { writer.deallocate() }
        writer.appendPretty(self, indentation: 0)
        return String(decoding: writer.written, as: UTF8.self)
    }
}

extension JSON: CustomStringConvertible {
    public var description: String { self.serialized() }
}
