import BelayJSON

/// Server-sent events (WHATWG HTML, section 9.2), with JSON in one line.
enum EventLine {
    static func write(_ json: JSON, named name: String? = nil, into output: inout [UInt8]) {
        if let name { output.append(contentsOf: "event: \(name)\n".utf8) }
        output.append(contentsOf: "data: ".utf8)
        json.write(into: &output)
        output.append(contentsOf: "\n\n".utf8)
    }
}
