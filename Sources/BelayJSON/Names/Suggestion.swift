/// Finds what a mistyped name was probably meant to be.
package enum Suggestion {
    /// The candidate with the fewest edits, if that is at most a third of the name's length (at least one edit).
    ///
    /// - Parameter name: Longer than 64 characters gets no suggestion, so that the cost stays bounded.
    package static func nearest(to name: String, among candidates: some Sequence<String>) -> String? {
        guard name.count <= 64 else { return nil }
        let wanted = Self.normalised(name)
        var best: (candidate: String, distance: Int)?
        for candidate in candidates where candidate.count <= 64 {
            let distance = Self.distance(wanted, Self.normalised(candidate))
            guard distance <= max(1, max(wanted.count, candidate.count) / 3) else { continue }
            if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
        }
        return best?.candidate
    }

    /// `baseURL`, `base-url` and `base_url` are one edit apart at most.
    private static func normalised(_ name: String) -> [Character] {
        name.lowercased().map { $0 == "-" || $0 == " " ? "_" : $0 }
    }

    /// Insertions, removals, replacements and swaps of neighbours (optimal string alignment distance).
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let replaced = last[column] + (left[row] == right[column] ? 0 : 1)
                var cost = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
