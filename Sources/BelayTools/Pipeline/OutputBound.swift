/// What of a tool's output may enter the context.
package struct OutputBound: Sendable, Hashable {
    /// The smallest bound that leaves room for the sentence about the cut.
    package static let minimum = 256

    /// Counted in Unicode scalars: a "character" as people see it can be as long as it likes.
    var maxCharacters: Int

    /// Cuts `output` if it is too long.
    ///
    /// - Returns: The text, at most `maxCharacters` long with the sentence that says what was cut; and the length of
    ///   the whole, if it was.
    func apply(to output: String) -> (text: String, truncatedFrom: Int?) {
        // No text has more scalars than bytes, and counting bytes is free.
        guard output.utf8.count > self.maxCharacters else { return (output, nil) }
        let length = output.unicodeScalars.count
        guard length > self.maxCharacters else { return (output, nil) }
        let longest = Self.notice(kept: length, of: length).unicodeScalars.count
        let kept = max(0, self.maxCharacters - longest)
        let head = String(output.unicodeScalars.prefix(kept))
        return (head + Self.notice(kept: kept, of: length), length)
    }

    private static func notice(kept: Int, of length: Int) -> String {
        "\n[The output was cut: these are the first \(kept) of \(length) characters. What follows is not known.]"
    }
}
