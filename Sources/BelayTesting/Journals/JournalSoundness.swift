import BelayCore

/// Reads a journal line by line, knowing nothing of the machine that wrote it, and objects to what can't be.
struct JournalSoundness {
    private var sequence = 0
    private var open: Set<String> = []
    private var seen: Set<String> = []
    /// Waits whose answer, or expiry, is the result of a call: questions, hand-offs and doubts that are a person's.
    private var waits: [WaitID: String] = [:]
    private var hasEnded = false

    /// - Returns: What is wrong with the line, nil when nothing is.
    mutating func take(_ entry: JournalEvent) -> String? {
        defer { self.sequence = entry.sequence }
        if entry.sequence != self.sequence + 1 { return "it follows number \(self.sequence)" }
        if self.hasEnded, entry.event.name != .feedbackReceived { return "\(entry.event.name.rawValue) after the end" }
        switch entry.event {
        case .contextCompacted: return self.pending("the context is compacted")
        case .modelCallPlanned: return self.pending("a model is asked")
        case .modelAnswered(let answer):
            if let problem = self.pending("a model answered") { return problem }
            for call in answer.toolCalls {
                if !self.seen.insert(call.id).inserted { return "the call \(call.id) exists already" }
                self.open.insert(call.id)
            }
        case .toolCallDenied(let denied): return self.result(of: denied.callID)
        case .toolCallSucceeded(let succeeded): return self.result(of: succeeded.callID)
        case .toolCallFailed(let failed): return self.result(of: failed.callID)
        case .toolCallDispatched(let dispatched):
            if !self.open.contains(dispatched.callID) { return "\(dispatched.callID) is dispatched and is not open" }
        case .toolCallBilled(let billed):
            if !self.open.contains(billed.callID) { return "\(billed.callID) is billed and is not open" }
        case .toolCallResolved(let resolved):
            switch resolved.resolution {
            case .happened, .didNotHappen, .compensated: return self.result(of: resolved.callID)
            case .repeatable, .notSent: break
            }
        case .waitOpened(let wait):
            if let callID = wait.callID, wait.kind != .approval, wait.kind != .timer { self.waits[wait.id] = callID }
        case .waitAnswered(let answered): return self.closed(answered.wait)
        case .waitExpired(let expired): return self.closed(expired.wait)
        case .completed, .failed, .cancelled:
            self.hasEnded = true
            return self.pending("the execution ends")
        default: break
        }
        return nil
    }

    private mutating func closed(_ wait: WaitID) -> String? {
        self.waits.removeValue(forKey: wait).flatMap { self.result(of: $0) }
    }

    private func pending(_ what: String) -> String? {
        self.open.isEmpty ? nil : "\(what) while \(self.open.sorted().joined(separator: ", ")) has no result"
    }

    private mutating func result(of id: String) -> String? {
        self.open.remove(id) == nil ? "\(id) gets a result and is not open" : nil
    }
}
