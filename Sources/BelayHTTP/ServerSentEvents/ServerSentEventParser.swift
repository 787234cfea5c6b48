/// Reads server-sent events from bytes as they arrive, however they are cut.
///
/// The format is that of the WHATWG HTML standard, section 9.2: lines end in LF, CRLF or CR, an empty line ends an
/// event, one byte order mark at the start is skipped, an event without data is none, and what is left when the stream
/// ends is dropped. Bytes that are no UTF-8 become U+FFFD.
package struct ServerSentEventParser: Sendable {
    package enum Item: Sendable, Hashable {
        case event(ServerSentEvent)
        /// A comment line, which servers send to keep a connection alive.
        case comment
    }

    /// An event or a line that doesn't end within the limit.
    package struct TooLarge: Error, Hashable {
        package var limit: Int
    }

    /// Bytes of an event, all its lines together.
    package let maxEventBytes: Int

    private var line: [UInt8] = []
    /// The last byte was a CR: an LF that follows belongs to it.
    private var skipsLineFeed = false
    private var isAtStart = true
    private var bytesOfEvent = 0

    private var name: String?
    private var data: String?
    private var lastID: String?

    /// - Parameter maxEventBytes: At least 1; default 1 MiB.
    package init(maxEventBytes: Int = 1 << 20) {
        precondition(maxEventBytes >= 1, "An event of \(maxEventBytes) bytes holds nothing.")
        self.maxEventBytes = maxEventBytes
    }

    /// Takes the next bytes.
    ///
    /// - Returns: What they completed, in order.
    /// - Throws: `TooLarge`; the stream can't be read any further.
    package mutating func append(_ bytes: [UInt8]) throws(TooLarge) -> [Item] {
        var items: [Item] = []
        var start = bytes.startIndex
        if self.skipsLineFeed, let first = bytes.first {
            self.skipsLineFeed = false
            if first == UInt8(ascii: "\n") { start += 1 }
        }
        while let end = bytes[start...].firstIndex(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            try self.extendLine(bytes[start..<end])
            if let item = self.endLine() { items.append(item) }
            start = end + 1
            guard bytes[end] == UInt8(ascii: "\r") else { continue }
            if start == bytes.endIndex {
                self.skipsLineFeed = true
            } else if bytes[start] == UInt8(ascii: "\n") {
                start += 1
            }
        }
        try self.extendLine(bytes[start...])
        return items
    }

    private mutating func extendLine(_ bytes: ArraySlice<UInt8>) throws(TooLarge) {
        self.bytesOfEvent += bytes.count
        guard self.bytesOfEvent <= self.maxEventBytes else { throw TooLarge(limit: self.maxEventBytes) }
        self.line += bytes
    }

    private mutating func endLine() -> Item? {
        defer { self.line.removeAll(keepingCapacity: true) }
        if self.isAtStart {
            self.isAtStart = false
            if self.line.starts(with: [0xEF, 0xBB, 0xBF]) { self.line.removeFirst(3) }
        }
        if self.line.isEmpty { return self.endEvent() }
        let colon = self.line.firstIndex(of: UInt8(ascii: ":"))
        if colon == self.line.startIndex {
            // A comment is over with its line; it must not use up the limit of an event that comes slowly.
            self.bytesOfEvent -= self.line.count
            return .comment
        }
        var value = colon.map { self.line[($0 + 1)...] } ?? []
        if value.first == UInt8(ascii: " ") { value.removeFirst() }
        self.setField(self.line[..<(colon ?? self.line.endIndex)], to: value)
        return nil
    }

    private mutating func setField(_ field: ArraySlice<UInt8>, to value: ArraySlice<UInt8>) {
        let text = String(decoding: value, as: UTF8.self)
        switch String(decoding: field, as: UTF8.self) {
        case "event": self.name = text
        case "data": self.data = self.data.map { $0 + "\n" + text } ?? text
        case "id" where !value.contains(0): self.lastID = text
        default: break  // `retry` is for clients that reconnect by themselves; unknown fields are ignored.
        }
    }

    private mutating func endEvent() -> Item? {
        defer { (self.name, self.data, self.bytesOfEvent) = (nil, nil, 0) }
        guard let data = self.data else { return nil }
        let name = self.name.flatMap { $0.isEmpty ? nil : $0 } ?? "message"
        return .event(ServerSentEvent(name: name, data: data, id: self.lastID))
    }
}
