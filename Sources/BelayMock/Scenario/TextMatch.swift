/// What a text must be like. All parts that are given must hold.
struct TextMatch: Sendable, Equatable {
    /// At least one of these, letter case aside; empty for no demand.
    var contains: [String] = []
    /// None of these, letter case aside.
    var lacks: [String] = []
    var pattern: Pattern?

    /// What the pattern's groups caught, or nil when the text is not like this.
    func captures(in text: String) -> [String: String]? {
        if !self.contains.isEmpty || !self.lacks.isEmpty {
            let lowered = text.lowercased()
            guard self.contains.isEmpty || self.contains.contains(where: { lowered.contains($0) }) else { return nil }
            guard !self.lacks.contains(where: { lowered.contains($0) }) else { return nil }
        }
        guard let pattern else { return [:] }
        return pattern.captures(in: text)
    }
}
