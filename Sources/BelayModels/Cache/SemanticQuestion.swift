import BelayCore
import BelayJSON

/// A call whose answer may be that to another question of the same meaning: one turn of text, without tools.
struct SemanticQuestion: Sendable {
    /// Longer texts hold more than one direction can say.
    private static let longest = 2_048

    var text: String
    /// Everything that is asked but the words of the question.
    var partition: String

    init?(_ call: ModelCall) {
        let request = call.request
        guard request.tools.isEmpty, request.messages.count == 1, let message = request.messages.first,
            message.role == .user, message.content.count == 1, let text = message.content[0].text,
            text.utf8.count <= Self.longest, !text.allSatisfy(\.isWhitespace)
        else { return nil }
        var rest = call
        rest.request.messages = []
        guard let partition = try? AnswerCache.key(of: rest) else { return nil }
        self.text = text
        self.partition = partition
    }
}
