import BelayJSON
import BelayResilience

/// One connection to an MCP server: joins callers that wait with lines that come in, whatever carries them.
final class MCPConnection: Sendable {
    /// Messages that were handed over and not yet written. Only a server that doesn't read its input fills this.
    private static let maxQueued = 1_024

    private typealias Waiter = CheckedContinuation<JSON, any Error>

    private struct State {
        var conversation = MCPConversation()
        var waiters: [Int: Waiter] = [:]
        /// Requests that were cancelled before they had a waiter.
        var cancelled: Set<Int> = []
        var end: MCPFailure?
        var strays = 0
    }

    /// What to write, a message a line. One task has to do it: writes of several would mix.
    let outgoing: AsyncStream<[UInt8]>
    private let outbox: AsyncStream<[UInt8]>.Continuation
    private let ending: AsyncStream<Never>
    private let end: AsyncStream<Never>.Continuation
    private let state = Locked(State())
    private let onToolsChanged: @Sendable () -> Void

    init(onToolsChanged: @escaping @Sendable () -> Void) {
        (self.outgoing, self.outbox) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.maxQueued))
        (self.ending, self.end) = AsyncStream.makeStream()
        self.onToolsChanged = onToolsChanged
    }

    /// Lines received that are no messages, or answers to nothing: what a broken server leaves behind.
    var strays: Int { self.state.withLock { $0.strays } }

    /// Returns when the connection ends or the calling task is cancelled.
    func untilClosed() async {
        for await _ in self.ending {}
    }

    /// Why the connection ended; nil while it lasts.
    var failure: MCPFailure? { self.state.withLock { $0.end } }

    /// - Throws: `MCPFailure`; `CancellationError` after telling the server to stop.
    func request(_ method: String, _ parameters: JSON) async throws -> JSON {
        let opened = try self.state.withLock { state throws(MCPFailure) in
            if let end = state.end { throw MCPFailure.notRunning(reason: end.reason) }
            guard let opened = state.conversation.request(method, parameters: parameters) else { throw MCPFailure.busy }
            return opened
        }
        // The cancellation handler can't run any more here, so the mark that it may have left is nobody's.
        defer { self.state.withLock { _ = $0.cancelled.remove(opened.id) } }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { waiter in
                self.wait(waiter, for: opened.id, sending: opened.message)
            }
        } onCancel: {
            self.cancel(opened.id)
        }
    }

    func notify(_ method: String) {
        _ = self.send(JSONRPCMessage.notification(method))
    }

    func receive(_ line: [UInt8]) {
        var resumptions: [@Sendable () -> Void] = []
        self.state.withLock { state in
            for received in state.conversation.receive(line) {
                switch received {
                case .answered(let id, let result):
                    guard let waiter = state.waiters.removeValue(forKey: id) else { continue }
                    resumptions.append { waiter.resume(with: result.mapError(MCPFailure.refused)) }
                case .reply(let message): resumptions.append { _ = self.send(message) }
                case .toolsChanged: resumptions.append(self.onToolsChanged)
                case .ignored: continue
                case .stray: state.strays += 1
                }
            }
        }
        for resume in resumptions { resume() }
    }

    /// Ends the connection: every open request fails with `failure`, the writer ends. The first reason counts.
    func close(_ failure: MCPFailure) {
        let waiters = self.state.withLock { state -> [Waiter] in
            guard state.end == nil else { return [] }
            state.end = failure
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        self.outbox.finish()
        self.end.finish()
        for waiter in waiters { waiter.resume(throwing: failure) }
    }

    private func wait(_ waiter: Waiter, for id: Int, sending message: JSON) {
        let refusal = self.state.withLock { state -> (any Error)? in
            if state.cancelled.remove(id) != nil { return CancellationError() }
            if let end = state.end { return MCPFailure.notRunning(reason: end.reason) }
            state.waiters[id] = waiter
            return nil
        }
        if let refusal { return waiter.resume(throwing: refusal) }
        if !self.send(message) { self.drop(id) }
    }

    /// A message that found no room was not sent, and its request can't be answered.
    private func drop(_ id: Int) {
        let waiter = self.state.withLock { state in
            _ = state.conversation.cancel(id, reason: "not sent")
            return state.waiters.removeValue(forKey: id)
        }
        waiter?.resume(throwing: MCPFailure.busy)
    }

    private func cancel(_ id: Int) {
        let (waiter, notice) = self.state.withLock { state -> (Waiter?, JSON?) in
            let notice = state.conversation.cancel(id, reason: "the caller gave up")
            let waiter = state.waiters.removeValue(forKey: id)
            // Answered requests have no notice any more and need no mark.
            if waiter == nil, notice != nil { state.cancelled.insert(id) }
            return (waiter, waiter == nil ? nil : notice)
        }
        if let notice { _ = self.send(notice) }
        waiter?.resume(throwing: CancellationError())
    }

    private func send(_ message: JSON) -> Bool {
        var line = message.bytes()
        line.append(0x0A)
        switch self.outbox.yield(line) {
        case .enqueued: return true
        // After the end the waiters have been told already.
        case .terminated: return true
        case .dropped: return false
        @unknown default: return false
        }
    }
}

extension MCPFailure {
    /// In a few words, for a sentence that goes on.
    var reason: String {
        switch self {
        case .notRunning(let reason), .closed(let reason): reason
        case .busy: "it has too many open calls"
        case .answerTooLong(let limit): "it sent a line of more than \(limit >> 20) MiB"
        case .refused(let error): "it refused: \(error.message) (code \(error.code))"
        case .malformed(let reason): "it answered against the protocol: \(reason)"
        }
    }
}
