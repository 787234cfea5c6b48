import BelayJSON

/// An HTTP/1.1 response taken apart, as far as it goes.
struct RawResponse {
    var status: Int
    var headers: [String: String]
    var body: [UInt8]
    /// The body has all the bytes its framing promises.
    var isComplete: Bool

    /// Nil when the head is not complete.
    init?(_ bytes: [UInt8]) {
        let end = Array("\r\n\r\n".utf8)
        guard let split = bytes.firstRange(of: end) else { return nil }
        let lines = String(decoding: bytes[..<split.lowerBound], as: UTF8.self).split(separator: "\r\n")
        guard let status = Int(lines[0].split(separator: " ")[1]) else { return nil }
        self.status = status
        self.headers = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            self.headers[parts[0].lowercased()] = parts[1].drop { $0 == " " }.description
        }
        let raw = Array(bytes[split.upperBound...])
        if self.headers["transfer-encoding"] == "chunked" {
            (self.body, self.isComplete) = Self.dechunk(raw)
        } else {
            self.body = raw
            self.isComplete = self.headers["content-length"] == "\(raw.count)"
        }
    }

    var text: String { String(decoding: self.body, as: UTF8.self) }
    var json: JSON? { try? JSON.parse(self.body) }

    /// The `data:` of each event.
    var data: [String] {
        self.text.split(separator: "\n").filter { $0.hasPrefix("data: ") }.map { String($0.dropFirst(6)) }
    }

    var events: [String] {
        self.text.split(separator: "\n").filter { $0.hasPrefix("event: ") }.map { String($0.dropFirst(7)) }
    }

    private static func dechunk(_ raw: [UInt8]) -> (body: [UInt8], complete: Bool) {
        var body: [UInt8] = []
        var rest = raw[...]
        let line = Array("\r\n".utf8)
        while let end = rest.firstRange(of: line) {
            guard let size = Int(String(decoding: rest[..<end.lowerBound], as: UTF8.self), radix: 16) else {
                return (body, false)
            }
            let chunk = rest[end.upperBound...]
            if size == 0 { return (body, chunk.elementsEqual(line)) }
            guard chunk.count >= size + 2 else { return (body + chunk, false) }
            body += chunk.prefix(size)
            rest = chunk.dropFirst(size + 2)
        }
        return (body, false)
    }
}
