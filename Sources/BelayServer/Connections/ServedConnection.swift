import Hummingbird
import HummingbirdCore
import NIOCore

/// A connection as the tasks see it that work for it, on whatever thread.
struct ServedConnection: Sendable {
    let channel: any Channel
    /// The client hung up.
    let hangup: Signal
    /// The server has been asked to stop.
    let stopping: Signal
    private let connection: NIOLoopBound<HTTPConnection>

    /// On the connection's event loop only.
    init(_ connection: HTTPConnection, _ channel: any Channel) {
        self.channel = channel
        self.hangup = connection.hangup
        self.stopping = connection.stopping
        self.connection = NIOLoopBound(connection, eventLoop: channel.eventLoop)
    }

    /// Runs `work` on the connection's event loop, at once if that is where the caller is.
    func run<Value: Sendable>(_ work: @Sendable (HTTPConnection) async throws -> Value) async throws -> Value {
        if self.channel.eventLoop.inEventLoop { return try await work(self.connection.value) }
        return try await withTaskExecutorPreference(LoopExecutor.of(self.channel.eventLoop)) {
            try await work(self.connection.value)
        }
    }

    /// - Throws: What the body throws of itself; `ChannelError` when the client is gone.
    func send(_ response: Response) async throws {
        let number = try await self.run { try $0.begin(response) }
        try await response.body.write(AnswerWriter(connection: self, number: number))
        try await self.run { try $0.checkEnded(number) }
    }

    /// Ends a connection on which there is nothing left to say, and waits until it is closed.
    func closed() async {
        self.channel.eventLoop.execute { self.connection.value.end() }
        // It never fails.
        try? await self.channel.closeFuture.get()
    }
}

/// Writes the body of an answer.
private struct AnswerWriter: ResponseBodyWriter {
    let connection: ServedConnection
    /// Of the answer on its connection.
    let number: Int

    func write(_ buffer: ByteBuffer) async throws {
        try await self.connection.run { try await $0.send(buffer, of: self.number) }
    }

    consuming func finish(_ trailers: HTTPFields?) async throws {
        let number = self.number
        try await self.connection.run { try $0.finish(number) }
    }
}
