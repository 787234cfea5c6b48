import NIOCore
import NIOHTTP1
import Synchronization

/// One request and its response, between the task that asked and the event loop that carries them.
///
/// The loop puts in what arrives, the task takes it out. What the task hasn't taken is bounded: beyond that the connection
/// is read no further.
final class Exchange: Sendable {
    /// Bytes of a body that may lie here before the connection is left alone. One read may go beyond.
    static let mostBuffered = 256 << 10

    private struct State {
        var isOver = false
        var asker: CheckedContinuation<HTTPResponseHead, any Error>?
        var reader: CheckedContinuation<[UInt8]?, any Error>?
        var bytes: [UInt8] = []
        var end: Result<Void, any Error>?
        var connection: NIOLoopBound<ClientConnection>?
        var isHeld = false
        var isRepeated = false
    }

    let request: OutgoingRequest
    /// Nil for the transport's default.
    let connectTimeout: Duration?
    private let pool: ConnectionPool
    private let state = Mutex(State())

    init(_ request: OutgoingRequest, through pool: ConnectionPool, connectTimeout: Duration?) {
        self.request = request
        self.pool = pool
        self.connectTimeout = connectTimeout
    }

    // MARK: The task's side

    /// Sends the request.
    ///
    /// - Throws: `HTTPTransportError` or `CancellationError`.
    func head() async throws -> HTTPResponseHead {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { asker in
                let isOver = self.state.withLock { state in
                    if !state.isOver { state.asker = asker }
                    return state.isOver
                }
                if isOver { return asker.resume(throwing: CancellationError()) }
                self.pool.submit(self)
            }
        } onCancel: {
            self.abandon()
        }
    }

    /// The bytes that have come since the last call; nil at the end of the body.
    func next() async throws -> [UInt8]? {
        if Task.isCancelled {
            self.abandon()
            throw CancellationError()
        }
        if let taken = self.take() { return try taken.get() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { reader in
                // What came since is there for the taking; else whoever brings more finds the reader.
                if let taken = self.take(orLeave: reader) { reader.resume(with: taken) }
            }
        } onCancel: {
            self.abandon()
        }
    }

    /// Gives the exchange up: whoever waits gets `CancellationError`, and the connection is closed unless it is done.
    func abandon() {
        let (asker, reader, connection) = self.state.withLock { state in
            guard !state.isOver else { return (nil, nil, nil) as Waiters }
            state.isOver = true
            state.bytes = []
            defer { (state.asker, state.reader, state.connection) = (nil, nil, nil) }
            return (state.asker, state.reader, state.connection)
        }
        asker?.resume(throwing: CancellationError())
        reader?.resume(throwing: CancellationError())
        if connection != nil || asker != nil { self.pool.abandoned(self, connection) }
    }

    private typealias Waiters = (
        CheckedContinuation<HTTPResponseHead, any Error>?, CheckedContinuation<[UInt8]?, any Error>?,
        NIOLoopBound<ClientConnection>?
    )

    /// Nil when there is nothing to take yet; `reader` is then left to be resumed.
    private func take(
        orLeave reader: CheckedContinuation<[UInt8]?, any Error>? = nil
    ) -> Result<[UInt8]?, any Error>? {
        typealias Taken = Result<[UInt8]?, any Error>?
        let (taken, held) = self.state.withLock { state -> (Taken, NIOLoopBound<ClientConnection>?) in
            if !state.bytes.isEmpty {
                defer { (state.bytes, state.isHeld) = ([], false) }
                return (.success(state.bytes), state.isHeld ? state.connection : nil)
            }
            switch state.end {
            case .success?: return (.success(nil), nil)
            case .failure(let error)?: return (.failure(error), nil)
            case nil where state.isOver: return (.failure(CancellationError()), nil)
            case nil:
                state.reader = reader
                return (nil, nil)
            }
        }
        if let held { self.pool.drained(held) }
        return taken
    }

    // MARK: The loop's side

    /// - Returns: False when nobody wants the response any more.
    func started(on connection: ClientConnection, _ loop: any EventLoop) -> Bool {
        self.state.withLock { state in
            guard !state.isOver else { return false }
            state.connection = NIOLoopBound(connection, eventLoop: loop)
            return true
        }
    }

    /// Takes it from a connection that was lost.
    ///
    /// - Returns: Whether it may be sent on another one, which it may once.
    func startsAgain() -> Bool {
        self.state.withLock { state in
            state.connection = nil
            defer { state.isRepeated = true }
            return !state.isRepeated && !state.isOver
        }
    }

    func receive(_ head: HTTPResponseHead) {
        let asker = self.state.withLock { state in
            defer { state.asker = nil }
            return state.asker
        }
        asker?.resume(returning: head)
    }

    func receive(_ chunk: ByteBuffer) {
        guard chunk.readableBytes > 0 else { return }
        let reader = self.state.withLock { state -> CheckedContinuation<[UInt8]?, any Error>? in
            guard !state.isOver else { return nil }
            if let reader = state.reader {
                state.reader = nil
                return reader
            }
            state.bytes += chunk.readableBytesView
            return nil
        }
        reader?.resume(returning: Array(chunk.readableBytesView))
    }

    /// Whether more may be read. If not, `ClientConnection.drained()` is called as soon as it may.
    var hasRoom: Bool {
        self.state.withLock { state in
            state.isHeld = state.bytes.count > Self.mostBuffered && !state.isOver
            return !state.isHeld
        }
    }

    func finish() { self.end(.success(())) }

    func fail(_ error: any Error) { self.end(.failure(error)) }

    private func end(_ end: Result<Void, any Error>) {
        let (asker, reader) = self.state.withLock { state in
            defer { (state.isOver, state.asker, state.reader, state.connection) = (true, nil, nil, nil) }
            if !state.isOver { state.end = end }
            return (state.asker, state.reader)
        }
        // A head that has come has taken the asker along, so only a failure finds one.
        if case .failure(let error) = end { asker?.resume(throwing: error) }
        reader?.resume(with: end.map { nil })
    }
}
