/// What a tool does, read from its name: the verb and what it is done to.
///
/// `refund_order` refunds an order; `create_refund` refunds; `sendEmail` sends an email. A name without a known verb,
/// such as `workflow_7`, has none, and nothing can be claimed about it.
struct ActionVerb: Sendable, Hashable {
    /// In the past, as somebody claims it: `refunded`.
    let pastForms: Set<String>
    /// A verb of so many uses ("created", "updated") that it counts only together with its object.
    let isGeneric: Bool
    /// `order`, and in the plural.
    let objects: Set<String>
    /// The action as a noun that is "processed" or "issued": `refund`.
    let nouns: Set<String>

    init?(tool name: String) {
        let words = Self.words(of: name)
        guard let first = words.firstIndex(where: Self.isVerb) else { return nil }
        var verb = words[first]
        var objects = words[(first + 1)...]
        // In `create_refund` the deed is the refund.
        if Self.generic.contains(verb), let deed = objects.last, Self.specific.contains(deed) {
            verb = deed
            objects = objects.dropLast()
        }
        self.pastForms = Self.pastForms(of: verb)
        self.isGeneric = Self.generic.contains(verb)
        self.objects = Set(objects.flatMap { [$0, $0 + "s", $0.hasSuffix("s") ? String($0.dropLast()) : $0] })
        self.nouns = Self.specific.contains(verb) ? [verb, Self.nouns[verb] ?? verb] : self.objects
    }

    private static func isVerb(_ word: String) -> Bool { self.specific.contains(word) || self.generic.contains(word) }

    /// Words of a name in snake, kebab or camel case, in small letters.
    private static func words(of name: String) -> [String] {
        var words = [""]
        var wasSmall = false
        for letter in name {
            if !letter.isLetter {
                words.append("")
            } else {
                if letter.isUppercase, wasSmall { words.append("") }
                words[words.count - 1] += letter.lowercased()
            }
            wasSmall = letter.isLowercase
        }
        return words.filter { !$0.isEmpty }
    }

    static func pastForms(of verb: String) -> Set<String> {
        if let irregular = self.irregular[verb] { return Set(irregular) }
        if verb.hasSuffix("e") { return [verb + "d"] }
        if verb.hasSuffix("y"), let before = verb.dropLast().last, !"aeiou".contains(before) {
            return [verb.dropLast() + "ied"]
        }
        guard let last = verb.last, "bdglmnprt".contains(last) else { return [verb + "ed"] }
        // "cancelled" and "canceled", "shipped": whichever is right, nobody writes the other.
        return [verb + "ed", verb + "\(last)ed"]
    }

    private static let irregular: [String: [String]] = [
        "send": ["sent"], "resend": ["resent"], "make": ["made"], "pay": ["paid"], "repay": ["repaid"],
        "write": ["wrote", "written"], "set": ["set"], "reset": ["reset"], "put": ["put"], "give": ["gave", "given"],
        "buy": ["bought"], "sell": ["sold"], "withdraw": ["withdrew", "withdrawn"], "undo": ["undid", "undone"],
        "freeze": ["froze", "frozen"], "hold": ["held"], "run": ["ran", "run"],
    ]

    private static let nouns = [
        "cancel": "cancellation", "pay": "payment", "ship": "shipment", "book": "booking", "reserve": "reservation",
        "delete": "deletion", "reimburse": "reimbursement", "subscribe": "subscription", "deploy": "deployment",
        "register": "registration", "notify": "notification", "replace": "replacement",
    ]

    private static let specific: Set<String> = [
        "refund", "cancel", "delete", "remove", "send", "resend", "email", "charge", "pay", "repay", "transfer", "book",
        "rebook", "schedule", "reschedule", "order", "reorder", "ship", "reship", "notify", "publish", "unpublish",
        "approve", "reject", "subscribe", "unsubscribe", "upgrade", "downgrade", "reset", "activate", "deactivate",
        "reactivate", "enable", "disable", "block", "unblock", "grant", "revoke", "deploy", "restart", "merge",
        "upload",
        "archive", "replace", "reimburse", "credit", "invoice", "forward", "escalate", "assign", "reassign", "reserve",
        "buy", "sell", "withdraw", "freeze", "unfreeze", "suspend", "terminate", "migrate", "rename", "unlock", "lock",
        "dispatch", "renew", "rollback", "drop", "erase", "wipe", "purge", "invite", "waive",
    ]

    private static let generic: Set<String> = [
        "create", "make", "issue", "process", "submit", "place", "initiate", "start", "stop", "run", "add", "open",
        "close",
        "file", "set", "put", "update", "change", "modify", "edit", "apply", "save", "store", "write", "post", "move",
        "register", "extend", "give", "undo", "hold", "return", "record", "raise", "log", "confirm", "complete",
        "request",
        "adjust", "correct", "switch", "trigger", "execute", "insert",
    ]
}
