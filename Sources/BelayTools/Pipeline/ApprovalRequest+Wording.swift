import BelayCore
import BelayJSON

extension ApprovalRequest {
    /// What one argument may fill; a long one is cut, and says so.
    private static let maxValueCharacters = 400
    private static let maxArguments = 20

    init(reason: String, descriptor: ToolDescriptor, arguments: JSON, user: User) {
        var lines = ["\(descriptor.name) is about to run for \(Self.readable(user.id)): \(descriptor.description)"]
        lines.append(descriptor.effect.inPlainWords)
        lines += Self.lines(for: arguments)
        lines.append("You are asked because \(reason).")
        self.init(reason: reason, question: lines.joined(separator: "\n"), expiry: descriptor.approvalExpiry)
    }

    private static func lines(for arguments: JSON) -> [String] {
        guard let members = arguments.objectValue, !members.isEmpty else { return ["It has no arguments."] }
        var lines = members.prefix(Self.maxArguments).map { member in
            "- \(Self.readable(member.key)): \(Self.readable(member.value.serialized()))"
        }
        if members.count > Self.maxArguments {
            lines.append("- and \(members.count - Self.maxArguments) more arguments that are not shown here")
        }
        return lines
    }

    /// Cut to a bound, without characters that show a person something else than what is there.
    private static func readable(_ text: String) -> String {
        let shown = String(String.UnicodeScalarView(text.unicodeScalars.prefix(Self.maxValueCharacters)))
        let readable = shown.spellingOut(.inLine)
        let length = text.unicodeScalars.count
        return length > Self.maxValueCharacters ? "\(readable)... (\(length) characters in all)" : readable
    }
}

extension ToolEffect {
    fileprivate var inPlainWords: String {
        switch self {
        case .readOnly: "It changes nothing."
        case .idempotent: "It changes something; repeating it changes nothing more."
        case .once: "It happens once and Belay can't take it back."
        case .compensatable: "It happens once and can be undone."
        }
    }
}
