extension Int {
    /// A number of things: `1 step`, `2 steps`.
    func counted(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}

extension String {
    /// As a shell reads it back.
    var shellQuoted: String {
        let isPlain =
            !self.isEmpty && self.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/._-+".contains($0)) }
        return isPlain ? self : "'\(self.replacing("'", with: #"'\''"#))'"
    }
}
