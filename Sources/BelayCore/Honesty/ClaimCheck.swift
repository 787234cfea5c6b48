/// Finds statements in an answer that a tool's deed was done.
///
/// It is a rule and no model, so it costs nothing and gives the same result each time. It reads English; an answer in
/// another language passes. What counts as a claim, for a tool `cancel_order`:
///
/// - what the agent says it did: "I have cancelled your order", "we just cancelled it";
/// - what it says has been done: "your order has been cancelled", "was cancelled", "is now cancelled";
/// - short forms: "Order cancelled.", "The cancellation went through".
///
/// Not what is denied, asked, quoted, planned, possible, conditional or somebody else's deed. Built to be right when it
/// objects, so it misses claims that are put in other words.
struct ClaimCheck: Sendable {
    private let verb: ActionVerb

    /// Nil when the tool's name doesn't tell what it does.
    init?(tool name: String) {
        guard let verb = ActionVerb(tool: name) else { return nil }
        self.verb = verb
    }

    /// Whether `text` claims the deed.
    ///
    /// - Parameter reported: Words that tools or people used. What was told to the agent it may pass on, as long as it
    ///   doesn't claim to have done it.
    func isClaimed(in text: String, reported: Set<String> = []) -> Bool {
        Sentences.clauses(of: text).contains { self.isClaim($0, reported: reported) }
    }

    private func isClaim(_ clause: [String], reported: Set<String>) -> Bool {
        let words = Self.withoutPreamble(clause)
        for (index, word) in words.enumerated() {
            let isDeed = self.verb.pastForms.contains(word)
            // "The refund was issued", "I issued the refund".
            let isOwn = Self.isOwnDeed(words, at: index)
            let isCompletion = Self.completions.contains(word) && self.hasNoun(isOwn ? words[...] : words[..<index])
            guard isDeed || isCompletion, !Self.isHedged(words, at: index) else { continue }
            if isDeed, self.verb.isGeneric, !self.hasObject(words) { continue }
            if isOwn { return true }
            guard !reported.contains(word), !Self.namesAnotherDoer(words, after: index) else { continue }
            if Self.isPassive(words, at: index) || self.isShort(words, at: index, isDeed: isDeed) { return true }
        }
        return self.isSuccessOfNoun(words, reported: reported)
    }

    /// "The refund went through", "your refund is on its way", "is now on its way".
    private func isSuccessOfNoun(_ words: [String], reported: Set<String>) -> Bool {
        guard !self.verb.isGeneric, !Self.isHedged(words, at: words.count) else { return false }
        guard let noun = words.firstIndex(where: { self.verb.nouns.contains($0) }), !reported.contains(words[noun])
        else { return false }
        let rest = words[(noun + 1)...].filter { $0 != "now" && $0 != "already" }.joined(separator: " ")
        return Self.successes.contains { rest.hasPrefix($0) }
    }

    private func hasNoun(_ words: ArraySlice<String>) -> Bool { words.contains { self.verb.nouns.contains($0) } }

    private func hasObject(_ words: [String]) -> Bool {
        self.verb.objects.isEmpty || words.contains { self.verb.objects.contains($0) || $0 == "it" || $0 == "them" }
    }

    /// "I have ... refunded", with nobody else between.
    private static func isOwnDeed(_ words: [String], at index: Int) -> Bool {
        guard let subject = words[..<index].last(where: { Self.subjects.contains($0) }) else { return false }
        guard Self.ownSubjects.contains(subject) else { return false }
        guard let place = words[..<index].lastIndex(of: subject) else { return false }
        // "I see that your order was refunded" is not the agent's deed.
        return !words[place..<index].contains { $0 == "that" || Self.auxiliaries.contains($0) && $0 != "have" }
    }

    /// "has been refunded", "was just refunded"; "is refunded" only of this one thing, now.
    private static func isPassive(_ words: [String], at index: Int) -> Bool {
        var place = index - 1
        while place >= 0, self.adverbs.contains(words[place]) || words[place].hasSuffix("ly") { place -= 1 }
        guard place >= 0 else { return false }
        switch words[place] {
        case "been": return true
        case "was", "were": return place > 0
        case "is", "are", "it's":
            if words[(index + 1)...].contains(where: { self.habits.contains($0) }) { return false }
            if words[place..<index].contains("now") || words[place..<index].contains("already") { return true }
            return words[..<index].contains { ["your", "it", "it's", "everything"].contains($0) }
        default: return false
        }
    }

    /// "Order cancelled", "Refunded 20 EUR": few words, and no other verb.
    private func isShort(_ words: [String], at index: Int, isDeed: Bool) -> Bool {
        guard words.count <= 6, !words.contains(where: { Self.auxiliaries.contains($0) || Self.subjects.contains($0) })
        else { return false }
        if index == words.count - 1, index > 0 {
            return !isDeed || self.hasObject(words) || self.hasNoun(words[..<index])
        }
        let next = words.indices.contains(index + 1) ? words[index + 1] : ""
        return index == 0 && isDeed && (words.count == 1 || Self.determiners.contains(next) || next.count <= 3)
    }

    /// Denied, wished for, planned, possible or conditional.
    private static func isHedged(_ words: [String], at index: Int) -> Bool {
        let before = words[..<index]
        if before.contains(where: { self.hedges.contains($0) || $0.hasSuffix("n't") || $0.hasSuffix("'ll") }) {
            return true
        }
        if zip(before, before.dropFirst()).contains(where: { $0 == "to" && ["be", "have", "get"].contains($1) }) {
            return true
        }
        return words[index...].dropFirst().prefix(2).contains { $0 == "nothing" || $0 == "none" || $0 == "no" }
    }

    /// "cancelled by the seller"; "by me" is the agent itself.
    private static func namesAnotherDoer(_ words: [String], after index: Int) -> Bool {
        guard let by = words[index...].firstIndex(of: "by"), words.indices.contains(by + 1) else { return false }
        return words[by + 1] != "me" && words[by + 1] != "us"
    }

    /// "I can confirm that ...": what follows is said, not merely possible.
    private static func withoutPreamble(_ words: [String]) -> [String] {
        guard let that = words.prefix(10).lastIndex(where: { self.announcements.contains($0) }) else { return words }
        let before = words[..<that]
        if before.contains(where: { $0 == "not" || $0.hasSuffix("n't") || $0 == "cannot" || $0 == "to" }),
            !before.contains(where: { self.gladness.contains($0) })
        {
            return words
        }
        return Array(words[(that + 1)...].drop { $0 == "you" || $0 == "know" || $0 == "that" })
    }

    private static let announcements: Set<String> = ["confirm", "inform", "report", "let", "say", "tell", "note"]
    private static let gladness: Set<String> = ["happy", "pleased", "glad", "wanted", "like", "delighted"]
    private static let ownSubjects: Set<String> = ["i", "we", "i've", "we've"]
    private static let subjects: Set<String> = [
        "i", "we", "i've", "we've", "you", "you've", "he", "she", "they", "they've", "who", "which", "customer",
        "seller",
        "bank", "team", "colleague", "someone", "somebody", "carrier", "merchant", "provider", "user",
    ]
    private static let auxiliaries: Set<String> = [
        "is", "are", "was", "were", "be", "been", "being", "has", "have", "had", "do", "does", "did", "am",
    ]
    private static let adverbs: Set<String> = ["now", "already", "just", "also", "all", "both", "then", "indeed"]
    private static let habits: Set<String> = [
        "within", "usually", "always", "every", "each", "when", "if", "unless", "only", "once", "until", "after",
        "before",
    ]
    private static let determiners: Set<String> = ["your", "the", "this", "that", "it", "them", "all", "both"]
    private static let completions: Set<String> = [
        "processed", "issued", "completed", "initiated", "submitted", "made", "placed", "arranged", "executed",
        "created",
        "done", "confirmed", "scheduled", "requested", "triggered",
    ]
    private static let successes = [
        "went through", "has gone through", "is on its way", "is complete", "was successful", "is done", "succeeded",
        "is underway",
    ]
    private static let hedges: Set<String> = [
        "not", "never", "no", "cannot", "nothing", "neither", "nor", "none", "without", "unable", "failed", "fail",
        "fails", "will", "would", "could", "can", "may", "might", "should", "shall", "must", "if", "once", "when",
        "unless",
        "until", "till", "after", "before", "whether", "want", "wants", "need", "needs", "try", "tried", "trying",
        "attempt", "attempted", "please", "ensure", "sure", "asked", "hope", "expect", "wish", "pending", "instead",
        "hardly", "almost", "nearly", "supposed", "assuming", "gets", "while", "how", "why", "having",
        "being", "had", "example", "says", "said",
    ]
}
