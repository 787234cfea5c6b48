/// What the words of two questions say about whether they may ask the same, however near their meanings are reckoned to be.
///
/// Embeddings hardly tell "to Canada" from "from Canada" or order 4711 from order 4712. So two questions count as different
/// when their numbers or negations differ, when one has a name that the other lacks, when they have the same words in
/// another order, and when one word of an otherwise equal sentence was exchanged. The words are English; in other languages
/// only digits, names, order and exchanged words count.
struct QuestionWords: Sendable, Hashable {
    private let words: [String]
    private let numbers: [String]
    private let negations: Int
    /// Words with a capital letter that don't begin a sentence.
    private let names: Set<String>

    init(_ question: String) {
        var words: [String] = []
        var names: Set<String> = []
        var beginsSentence = true
        for part in question.split(whereSeparator: \.isWhitespace) {
            let written = part.split { !$0.isLetter && !$0.isNumber && $0 != "'" && $0 != "’" }
            for word in written {
                let plain = word.lowercased().replacing("’", with: "'")
                words.append(plain)
                let stem = String(plain.split(separator: "'", maxSplits: 1).first ?? "")
                if !beginsSentence, word.first?.isUppercase == true, word != "I" { names.insert(stem) }
                beginsSentence = false
            }
            if let last = part.last, ".!?:".contains(last) { beginsSentence = true }
        }
        self.words = words
        self.names = names
        self.numbers = words.filter { $0.contains(where: \.isNumber) || Self.numberWords.contains($0) }.sorted()
        self.negations = words.count { Self.negationWords.contains($0) || $0.hasSuffix("n't") }
    }

    func mayAskTheSame(as other: QuestionWords) -> Bool {
        guard self.numbers == other.numbers, self.negations == other.negations,
            self.names.isSubset(of: other.stems), other.names.isSubset(of: self.stems)
        else { return false }
        if self.words == other.words { return true }
        if self.words.sorted() == other.words.sorted() { return false }
        return !self.isExchanged(with: other)
    }

    private var stems: Set<String> {
        Set(self.words.map { String($0.split(separator: "'", maxSplits: 1).first ?? "") })
    }

    /// Whether exactly one word was exchanged, for one that may matter.
    private func isExchanged(with other: QuestionWords) -> Bool {
        guard self.words.count == other.words.count else { return false }
        let pairs = zip(self.words, other.words).filter { $0 != $1 }
        guard pairs.count == 1, let pair = pairs.first else { return false }
        return !Self.fillers.contains { $0.contains(pair.0) && $0.contains(pair.1) }
    }

    private static let numberWords: Set<String> = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "hundred", "thousand", "million", "first", "second", "third", "last", "half",
    ]
    private static let negationWords: Set<String> = [
        "not", "no", "never", "without", "none", "nobody", "nothing", "neither", "nor", "cannot", "except",
    ]
    /// Words that may stand for each other without another thing being asked.
    private static let fillers: [Set<String>] = [
        ["can", "could", "do"], ["my", "the", "a", "an"], ["is", "are"], ["which", "what"],
    ]
}
