import BelayHTTP
import BelayJSON
import BelayResilience

/// A transport that answers when the test says so.
final class HeldTransport: HTTPTransport {
    private struct State {
        var sent = 0
        var cancelled = 0
        var held: [Int: CheckedContinuation<ScriptedTransport.Reply?, Never>] = [:]
    }

    private let state = Locked(State())

    var sent: Int { self.state.withLock { $0.sent } }
    var cancelled: Int { self.state.withLock { $0.cancelled } }
    var isHolding: Bool { self.state.withLock { !$0.held.isEmpty } }

    func send(_ request: HTTPRequest) async throws -> HTTPResponse {
        let number = self.state.withLock { state in
            state.sent += 1
            return state.sent
        }
        let reply = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = self.state.withLock { state in
                    if Task.isCancelled { return true }
                    state.held[number] = continuation
                    return false
                }
                if isCancelled { continuation.resume(returning: nil) }
            }
        } onCancel: {
            self.state.withLock { $0.held.removeValue(forKey: number) }?.resume(returning: nil)
        }
        switch reply {
        case .response(let response)?: return response
        case .failure(let error)?: throw error
        case .silence?, nil:
            self.state.withLock { $0.cancelled += 1 }
            throw CancellationError()
        }
    }

    /// Answers everything that was sent and has no answer yet.
    func release(_ reply: ScriptedTransport.Reply) {
        let held = self.state.withLock { state in
            defer { state.held = [:] }
            return Array(state.held.values)
        }
        for continuation in held { continuation.resume(returning: reply) }
    }
}
