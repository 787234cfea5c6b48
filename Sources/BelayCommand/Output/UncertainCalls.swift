import Belay
import BelayJSON
import BelayServer

/// The tool calls of an execution of which it is not known whether they were carried out, as a person needs them who looks
/// it up at the service: what was called, with which arguments, and by which key the service knows it.
struct UncertainCalls {
    private struct Call {
        var id: String
        var tool: String
        var arguments: String
        /// Of its dispatch; nil when it was never sent.
        var key: String?
        var doubt: Event.ToolCallInDoubt?
        var isOpen = true
        /// The last word on it is that nobody knows.
        var mayHaveHappened = false
    }

    private var calls: [Call] = []
    private var doubtWaits: [WaitID: String] = [:]
    private let hasEnded: Bool

    init(_ entries: [JournalEvent], hasEnded: Bool) {
        self.hasEnded = hasEnded
        for entry in entries { self.take(entry.event) }
    }

    /// Doubts that the runtime settles itself when it goes on; those that are a person's have a wait.
    var settledByTheRuntime: [[String]] {
        if self.hasEnded { return [] }
        return self.calls.compactMap { call in
            guard call.isOpen, let doubt = call.doubt, doubt.policy != .person else { return nil }
            let moment =
                doubt.settlesAt.map { ", for good from \($0.text) on: until then it may still be running" } ?? ""
            return [
                "In doubt: call \(call.id): \(doubt.reason)",
                "  \(doubt.policy.word) settles it when the execution goes on\(moment).",
            ]
        }
    }

    /// Those that nobody settles any more.
    var leftOpen: [[String]] {
        self.calls.compactMap { call in
            guard call.mayHaveHappened || call.isOpen && self.hasEnded, let key = call.key else { return nil }
            let identity: JSON = [
                "tool": .string(call.tool), "arguments": .string(call.arguments), "idempotency_key": .string(key),
            ]
            return [
                "May have been carried out: \(call.tool), call \(call.id)",
                "  \(identity.serialized().spellingOut(.onTerminal))",
            ]
        }
    }

    private mutating func take(_ event: Event) {
        switch event {
        case .modelAnswered(let answer):
            self.calls += answer.toolCalls.map { Call(id: $0.id, tool: $0.name, arguments: $0.arguments) }
        case .toolCallApproved(let approved):
            self.change(approved.callID) { $0.arguments = approved.editedArguments ?? $0.arguments }
        case .toolCallDispatched(let dispatched):
            self.change(dispatched.callID) { ($0.key, $0.doubt) = (dispatched.idempotencyKey, nil) }
        case .toolCallInDoubt(let doubt): self.change(doubt.callID) { $0.doubt = doubt }
        case .toolCallResolved(let resolved):
            self.change(resolved.callID) { call in
                call.doubt = nil
                // One that is sent again is open; one that was never sent is not known to anybody.
                if resolved.resolution != .repeatable, resolved.resolution != .notSent { call.isOpen = false }
            }
        case .toolCallDenied(let denied): self.change(denied.callID) { $0.isOpen = false }
        case .toolCallSucceeded(let succeeded): self.change(succeeded.callID) { $0.isOpen = false }
        case .toolCallFailed(let failed):
            self.change(failed.callID) { ($0.isOpen, $0.mayHaveHappened) = (false, failed.failure.mayHaveHappened) }
        case .waitOpened(let wait) where wait.kind == .resolution: self.doubtWaits[wait.id] = wait.callID
        case .waitAnswered(let answered): self.close(answered.wait, mayHaveHappened: false)
        case .waitExpired(let expired): self.close(expired.wait, mayHaveHappened: true)
        default: break
        }
    }

    private mutating func close(_ wait: WaitID, mayHaveHappened: Bool) {
        guard let callID = self.doubtWaits.removeValue(forKey: wait) else { return }
        self.change(callID) { ($0.isOpen, $0.mayHaveHappened) = (false, mayHaveHappened) }
    }

    private mutating func change(_ callID: String, _ body: (inout Call) -> Void) {
        guard let index = self.calls.lastIndex(where: { $0.id == callID }) else { return }
        body(&self.calls[index])
    }
}
