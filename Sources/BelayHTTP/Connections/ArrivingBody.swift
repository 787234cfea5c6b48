/// The body of a response on its way. Letting go of it before its end closes the connection.
struct ArrivingBody: AsyncSequence, Sendable {
    typealias Element = [UInt8]
    typealias Failure = any Error

    fileprivate final class Hold: Sendable {
        let exchange: Exchange

        init(_ exchange: Exchange) { self.exchange = exchange }

        deinit { self.exchange.abandon() }
    }

    private let hold: Hold

    init(_ exchange: Exchange) { self.hold = Hold(exchange) }

    func makeAsyncIterator() -> Iterator { Iterator(hold: self.hold) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let hold: Hold

        mutating func next() async throws -> [UInt8]? { try await self.hold.exchange.next() }
    }
}
