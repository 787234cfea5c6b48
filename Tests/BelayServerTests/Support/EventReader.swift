import BelayJSON

/// Reads server-sent events off a wire.
struct EventReader {
    struct Frame: Sendable, Equatable {
        var id: Int?
        var event: String?
        var data: String = ""
        var isComment = false
    }

    private var text: [UInt8] = []

    /// The next frame; nil when the stream ended as it should.
    ///
    /// - Throws: `Wire.HungUp` when it was cut.
    mutating func next(_ wire: inout Wire) async throws -> Frame? {
        while true {
            if let end = self.text.firstRange(of: [10, 10])?.upperBound {
                let lines = String(decoding: self.text[..<end], as: UTF8.self).split(separator: "\n")
                self.text.removeFirst(end)
                return Self.frame(lines)
            }
            guard let chunk = try await wire.chunk() else { return nil }
            self.text += chunk
        }
    }

    private static func frame(_ lines: [Substring]) -> Frame {
        var frame = Frame()
        for line in lines {
            if line.hasPrefix(":") { frame.isComment = true }
            if line.hasPrefix("id: ") { frame.id = Int(line.dropFirst(4)) }
            if line.hasPrefix("event: ") { frame.event = String(line.dropFirst(7)) }
            if line.hasPrefix("data: ") { frame.data += line.dropFirst(6) }
        }
        return frame
    }
}

extension ServerScenario {
    /// Opens the event stream of an execution.
    func watch<Value>(
        _ id: String, last: Int? = nil, _ body: (inout Wire, inout EventReader) async throws -> Value
    ) async throws -> Value {
        try await Wire.open(self.port) { wire in
            var headers = ["Accept": "text/event-stream"]
            if let last { headers["Last-Event-ID"] = "\(last)" }
            try await wire.request("GET", "/v1/executions/\(id)/events", headers: headers)
            let head = try await wire.head()
            guard head.status == 200, head.headers["content-type"] == "text/event-stream" else {
                throw Reply.Malformed(head: "\(head)")
            }
            var reader = EventReader()
            return try await body(&wire, &reader)
        }
    }

    /// Reads until an event with a number comes; nil at the end of the stream.
    func nextNumber(_ wire: inout Wire, _ reader: inout EventReader) async throws -> Int? {
        while let frame = try await reader.next(&wire) { if let id = frame.id { return id } }
        return nil
    }
}
