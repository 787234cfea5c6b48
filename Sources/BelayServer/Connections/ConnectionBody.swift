import NIOCore

/// The body of a request that is still coming in. Read once, in order.
struct ConnectionBody: AsyncSequence, Sendable {
    let connection: ServedConnection
    /// Of the request on its connection.
    let number: Int

    struct AsyncIterator: AsyncIteratorProtocol {
        let body: ConnectionBody

        func next() async throws -> ByteBuffer? {
            try await self.body.connection.run { try await $0.nextBytes(of: self.body.number) }
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(body: self) }
}
