import BelayJSON

extension Execution {
    /// Takes an answer; nil when nobody gave one in time.
    mutating func closeWait(
        _ id: WaitID, answer: JSON?, by: String, _ entry: JournalEvent
    ) throws(JournalError) {
        guard let index = self.waits.firstIndex(where: { $0.id == id }) else {
            throw self.error(entry, "the wait \(id) is not open")
        }
        let wait = self.waits.remove(at: index)
        switch wait.kind {
        case .timer:
            if let callID = wait.callID { try self.pauseEnded(of: callID, entry) } else { self.obstacle = .none }
        case .approval: try self.approvalClosed(wait, answer: answer, by: by, entry)
        case .input: try self.inputClosed(wait, answer: answer, entry)
        case .handoff: try self.handoffClosed(wait, answer: answer, by: by, entry)
        case .limit: try self.limitClosed(wait, answer: answer, entry)
        case .resolution: try self.resolutionClosed(wait, answer: answer, by: by, entry)
        }
    }

    private mutating func approvalClosed(
        _ wait: Wait, answer: JSON?, by: String, _ entry: JournalEvent
    ) throws(JournalError) {
        guard let callID = wait.callID else { throw self.error(entry, "an approval belongs to a tool call") }
        let reason = answer?["reason"]?.stringValue.map { ": \($0)" } ?? ""
        switch answer?["decision"]?.stringValue {
        case "approve":
            let digest = wait.context["arguments_sha256"]?.stringValue ?? ""
            try self.move(callID, to: .consented(.init(by: by, digest: digest, editedArguments: nil)), entry)
        case "edit":
            let edited = answer?["arguments"] ?? .null
            let consent = OpenCall.Consent(
                by: by, digest: Digest.sha256(edited), editedArguments: edited.serialized())
            try self.move(callID, to: .consented(consent), entry)
        case "reject": try self.move(callID, to: .refused(reason: "A person rejected this call\(reason)."), entry)
        default:
            try self.move(callID, to: .refused(reason: "Nobody approved this call in time."), entry)
        }
    }

    private mutating func inputClosed(_ wait: Wait, answer: JSON?, _ entry: JournalEvent) throws(JournalError) {
        guard let callID = wait.callID else { throw self.error(entry, "a question belongs to a tool call") }
        if let text = answer?["text"]?.stringValue {
            try self.finish(callID, content: "The user answered: \(text)", .carriedOut, entry)
        } else {
            try self.finish(callID, content: "The user did not answer in time.", .failed, entry)
        }
    }

    private mutating func handoffClosed(
        _ wait: Wait, answer: JSON?, by: String, _ entry: JournalEvent
    ) throws(JournalError) {
        let text = answer?["text"]?.stringValue ?? ""
        self.modelPauses = 0
        switch answer?["action"]?.stringValue {
        case "answer":
            self.obstacle = .answeredByPerson(text)
            if let callID = wait.callID {
                try self.finish(callID, content: "\(by) took over and answered.", .carriedOut, entry)
            }
        case "return":
            self.obstacle = .none
            // Whoever handed it back may have changed what can be said.
            (self.truncations, self.dishonesties) = (0, 0)
            if let callID = wait.callID {
                try self.finish(callID, content: "\(by) handed the task back: \(text)", .carriedOut, entry)
            } else {
                self.say(.user("[staff] \(text)"), entry)
            }
        default:
            self.obstacle = .handoffExpired
            if let callID = wait.callID {
                try self.finish(callID, content: "Nobody took over in time.", .failed, entry)
            }
        }
    }

    private mutating func resolutionClosed(
        _ wait: Wait, answer: JSON?, by: String, _ entry: JournalEvent
    ) throws(JournalError) {
        guard let callID = wait.callID else { throw self.error(entry, "a resolution belongs to a tool call") }
        switch answer?["resolution"]?.stringValue {
        case "happened":
            let output = answer?["output"]?.stringValue ?? "A person confirmed that the call was carried out."
            try self.finish(callID, content: output, .carriedOut, entry)
        case "did_not_happen":
            try self.finish(
                callID, content: "A person confirmed that the call was not carried out.", .failed, entry)
        default:
            try self.finish(
                callID, content: "It is not known whether the call was carried out. Do not repeat it.",
                .mayHaveHappened, entry)
        }
    }
}
