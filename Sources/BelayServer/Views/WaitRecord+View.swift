import BelayCore
import BelayJSON

extension WaitRecord {
    /// The wait as people and programs read it.
    public var view: JSON {
        [
            "id": .string(self.wait.id.rawValue), "kind": .string(self.wait.kind.rawValue),
            "status": .string(self.status.rawValue), "execution": .string(self.execution.rawValue),
            "agent": .string(self.agent), "user": .string(self.user.id), "call_id": .text(self.wait.callID),
            "question": .string(self.wait.question),
            "context": self.wait.context, "answer_schema": self.wait.answerSchema ?? .null,
            "opened": .string(self.opened.text), "expires": .string(self.wait.expires.text),
            "answer": self.answer ?? .null, "answered_by": self.answeredBy.map { .string($0) } ?? .null,
            "answered": self.answeredAt.map { .string($0.text) } ?? .null,
        ]
    }
}
