/// A regular expression (ECMA-262, Unicode mode) that cannot keep a thread busy without end.
struct JSONPattern: Sendable {
    let text: String
    private let program: PatternProgram
    private let captureCount: Int
    private let hasReferences: Bool

    struct Invalid: Error {
        let reason: String
    }

    init(_ text: String) throws(Invalid) {
        self.text = text
        var parser = PatternParser(text)
        let tree: PatternTree
        do throws(PatternParser.Fault) {
            tree = try parser.pattern()
        } catch {
            throw Invalid(reason: "\(error.reason) at character \(error.offset + 1)")
        }
        do throws(PatternProgram.TooLarge) {
            self.program = try PatternProgram(tree)
        } catch {
            throw Invalid(reason: "more than \(PatternProgram.maximumSize) steps once its repetitions are written out")
        }
        self.captureCount = parser.captureCount
        self.hasReferences = parser.hasReferences
    }

    /// Whether any part of the text matches.
    /// - Throws: `PatternMatcher.Undecided` when that would take more than 2^25 steps (2^20 with back-references).
    func matches(_ text: String) throws(PatternMatcher.Undecided) -> Bool {
        var matcher = try PatternMatcher(
            program: self.program, text: text.unicodeScalars.map(\.value), captureCount: self.captureCount,
            hasReferences: self.hasReferences)
        return try matcher.findsMatch()
    }
}
