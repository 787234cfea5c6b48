/// An answer cut into what can be judged alone: clauses of statements, without quotations, code and questions.
enum Sentences {
    /// Longer answers are judged by their beginning.
    private static let maxCharacters = 100_000

    /// The clauses of `text`, each as its words in small letters.
    static func clauses(of text: String) -> [[String]] {
        var clauses: [[String]] = []
        for sentence in self.sentences(of: self.withoutQuotations(text)) where !sentence.hasSuffix("?") {
            for clause in self.clauses(ofSentence: sentence) {
                let words = self.words(of: clause)
                if !words.isEmpty { clauses.append(words) }
            }
        }
        return clauses
    }

    /// The words of a tool's output, or of a person, that say what is the case: no questions, nothing denied.
    static func statements(in text: String) -> Set<String> {
        let pieces = text.prefix(self.maxCharacters).split { ",;.!{}[]()\n".contains($0) }
        return pieces.reduce(into: Set()) { words, piece in
            let said = self.words(of: piece)
            if !piece.contains("?"), said.allSatisfy({ !self.denials.contains($0) && !$0.hasSuffix("n't") }) {
                words.formUnion(said)
            }
        }
    }

    private static let denials: Set<String> = [
        "not", "no", "never", "false", "null", "cannot", "failed", "unable", "error", "please", "if",
    ]

    /// Letters and apostrophes stay together; anything else separates.
    static func words(of text: some StringProtocol) -> [String] {
        text.lowercased().split { !$0.isLetter && $0 != "'" && $0 != "\u{2019}" }
            .map { String($0).replacing("\u{2019}", with: "'") }
    }

    /// Quotation marks in pairs, code and quoted lines say what somebody else said.
    private static func withoutQuotations(_ text: String) -> String {
        var result = ""
        var isFenced = false
        for line in text.prefix(self.maxCharacters).split(separator: "\n", omittingEmptySubsequences: false) {
            let trimmed = line.drop { $0 == " " || $0 == "\t" }
            if trimmed.hasPrefix("```") {
                isFenced.toggle()
                continue
            }
            if isFenced || trimmed.hasPrefix(">") { continue }
            var closing: Character?
            for letter in line {
                if let end = closing {
                    if letter == end { closing = nil }
                    continue
                }
                switch letter {
                case "\"", "`": closing = letter
                case "\u{201C}": closing = "\u{201D}"
                case "\u{00AB}": closing = "\u{00BB}"
                default: result.append(letter)
                }
            }
            result.append("\n")
        }
        return result
    }

    private static func sentences(of text: String) -> [String] {
        var sentences = [""]
        var previous: Character = " "
        for letter in text {
            // "A-1.5" and "20.00" are no ends.
            let endsBefore = letter.isWhitespace && (previous == "." || previous == "!" || previous == "?")
            if letter == "\n" || endsBefore {
                sentences.append("")
            } else {
                sentences[sentences.count - 1].append(letter)
            }
            previous = letter
        }
        return sentences
    }

    private static func clauses(ofSentence sentence: String) -> [String] {
        var clauses = [""]
        for word in sentence.split(separator: " ") {
            let bare = word.lowercased().filter(\.isLetter)
            if self.separators.contains(bare) || word == "-" || word == "\u{2014}" || word == "\u{2013}" {
                clauses.append("")
            }
            clauses[clauses.count - 1] += word + " "
            if let last = word.last, ",;:\u{2014}(".contains(last) { clauses.append("") }
        }
        return clauses
    }

    private static let separators: Set<String> = ["but", "however", "though", "although", "yet", "so"]
}
