import BelayTesting
import Foundation

/// A client that knows HTTP and server-sent events from their specifications only, and nothing of Belay's own readers.
struct RawClient: Sendable {
    let port: Int

    struct Reply: Sendable {
        var status: Int
        var body: [UInt8]
        /// The body came to the end that HTTP gives it.
        var isComplete: Bool

        var text: String { String(decoding: self.body, as: UTF8.self) }
    }

    /// Blocks: for threads.
    func post(_ path: String, _ body: [UInt8]) throws -> Reply {
        let connection = try LocalSocket.connected(to: self.port)
        defer { connection.close() }
        let head = """
            POST \(path) HTTP/1.1\r
            host: 127.0.0.1:\(self.port)\r
            content-type: application/json\r
            content-length: \(body.count)\r
            connection: close\r
            \r

            """
        connection.send(Array(head.utf8) + body)
        var bytes: [UInt8] = []
        while true {
            let more = connection.received()
            if more.isEmpty { break }
            bytes += more
        }
        return try Self.reply(bytes)
    }

    struct NoResponse: Error {
        var bytes: String
    }

    private static func reply(_ bytes: [UInt8]) throws -> Reply {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
            throw NoResponse(bytes: String(decoding: bytes, as: UTF8.self))
        }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let status = lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        let rest = Array(bytes[end.upperBound...])
        let fields = lines.dropFirst().map { $0.lowercased().filter { $0 != " " } }
        if fields.contains("transfer-encoding:chunked") {
            let (body, isComplete) = Self.unchunked(rest)
            return Reply(status: status, body: body, isComplete: isComplete)
        }
        let length = fields.first { $0.hasPrefix("content-length:") }.flatMap { Int($0.dropFirst(15)) }
        return Reply(status: status, body: rest, isComplete: rest.count == length)
    }

    private static func unchunked(_ bytes: [UInt8]) -> ([UInt8], isComplete: Bool) {
        var body: [UInt8] = []
        var rest = bytes[...]
        while let line = rest.firstIndex(of: UInt8(ascii: "\r")) {
            let size = Int(String(decoding: rest[rest.startIndex..<line], as: UTF8.self), radix: 16) ?? 0
            guard size > 0, rest.endIndex - line >= size + 4 else { return (body, size == 0) }
            body += rest[(line + 2)..<(line + 2 + size)]
            rest = rest[(line + 2 + size + 2)...]
        }
        return (body, false)
    }

    /// The events of a stream whose lines end in line feeds.
    static func events(_ bytes: [UInt8]) -> [(name: String, data: String)] {
        var events: [(name: String, data: String)] = []
        var name = "message"
        var data: [String] = []
        for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            let text = String(decoding: line, as: UTF8.self)
            if line.isEmpty {
                if !data.isEmpty { events.append((name, data.joined(separator: "\n"))) }
                (name, data) = ("message", [])
            } else if text.utf8.starts(with: "event: ".utf8) {
                name = String(text.dropFirst(7))
            } else if text.utf8.starts(with: "data: ".utf8) {
                data.append(String(decoding: line.dropFirst(6), as: UTF8.self))
            }
        }
        return events
    }
}
