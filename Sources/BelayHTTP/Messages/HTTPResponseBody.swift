/// The bytes of a response, chunk by chunk as they arrive. What comes from the network can be read once.
///
/// Reading throws `HTTPTransportError` when the connection fails before the end or the body is larger than its limit,
/// and `CancellationError` when the task is cancelled; both close the connection.
public struct HTTPResponseBody: AsyncSequence, Sendable {
    public typealias Element = [UInt8]
    public typealias Failure = any Error

    private let base: any AsyncSequence<[UInt8], any Error> & Sendable
    private let limit: Int

    /// - Parameters:
    ///   - chunks: The bytes; where they are cut means nothing.
    ///   - limit: How many bytes may come.
    public init(_ chunks: any AsyncSequence<[UInt8], any Error> & Sendable, limit: Int) {
        self.base = chunks
        self.limit = limit
    }

    /// A body that is already there.
    public init(_ bytes: [UInt8]) {
        self.init(BytesAtHand(bytes: bytes), limit: bytes.count)
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(base: self.base.makeAsyncIterator(), limit: self.limit)
    }

    /// All of it.
    ///
    /// - Parameter limit: The most bytes to take; a larger body is an error.
    public func collect(upTo limit: Int = .max) async throws -> [UInt8] {
        let limit = Swift.min(limit, self.limit)
        var iterator = Iterator(base: self.base.makeAsyncIterator(), limit: limit)
        var bytes: [UInt8] = []
        while let chunk = try await iterator.next() { bytes += chunk }
        return bytes
    }

    public struct Iterator: AsyncIteratorProtocol {
        private var base: any AsyncIteratorProtocol<[UInt8], any Error>
        private let limit: Int
        private var received = 0

        fileprivate init(base: any AsyncIteratorProtocol<[UInt8], any Error>, limit: Int) {
            self.base = base
            self.limit = limit
        }

        public mutating func next() async throws -> [UInt8]? {
            guard let chunk = try await self.base.next(isolation: #isolation) else { return nil }
            self.received += chunk.count
            guard self.received <= self.limit else {
                throw HTTPTransportError(.tooLarge, "more than \(self.limit) bytes")
            }
            return chunk
        }
    }
}

/// One chunk at most.
private struct BytesAtHand: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    typealias Failure = any Error

    let bytes: [UInt8]

    func makeAsyncIterator() -> Iterator { Iterator(rest: self.bytes) }

    struct Iterator: AsyncIteratorProtocol {
        var rest: [UInt8]

        mutating func next() async throws -> [UInt8]? {
            defer { self.rest = [] }
            return self.rest.isEmpty ? nil : self.rest
        }
    }
}
