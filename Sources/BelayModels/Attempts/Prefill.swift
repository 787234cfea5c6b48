import BelayCore
import BelayResilience

/// Which models of a provider don't go on with an answer that was begun for them. It is found out by asking, once.
final class PrefillMemory: Sendable {
    /// More models than a provider has that anybody uses. Beyond that it is found out anew.
    private static let most = 256

    private let refusing = Locked<Set<String>>([])

    func refuses(_ model: String) -> Bool { self.refusing.withLock { $0.contains(model) } }

    func note(_ model: String) {
        self.refusing.withLock { models in
            if models.count >= Self.most { models = [] }
            models.insert(model)
        }
    }
}

extension ModelRequest {
    private static let goOn = """
        Your last message is the beginning of your answer. Go on exactly where it ends: write only what follows, repeat \
        nothing of it, and say nothing about this.
        """

    /// The conversation ends with an answer that was begun for the model. One that ends with calls of tools is none: their
    /// results are missing.
    var endsWithPrefill: Bool {
        guard let last = self.messages.last else { return false }
        return last.role == .assistant && last.toolCalls.isEmpty
    }

    /// The same for models that answer others only: the user asks for what comes next, so that the answer is still the rest
    /// of what was begun.
    var askingForTheRest: ModelRequest {
        var request = self
        request.messages.append(Message(role: .user, content: [.text(Self.goOn)]))
        request.original = self.original?.appending(userText: Self.goOn)
        return request
    }
}
