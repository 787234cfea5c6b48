/// Finds the objects and arrays in a text and decides which one is meant.
struct RepairSearch {
    private struct Candidate {
        let value: JSON
        let range: Range<Int>
        let repairs: [JSONRepair.Repair]
        let isFenced: Bool

        var isObject: Bool { self.value.objectValue != nil }
    }

    /// Brackets in prose that turn out to be no JSON; each costs at most the way to the next bracket.
    private static let maximumCandidates = 64

    private let bytes: [UInt8]
    private var candidates: [Candidate] = []

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func result() -> JSONRepair.Repaired? {
        guard self.collect(), let chosen = self.chosen() else { return nil }
        var repairs: [JSONRepair.Repair] = []
        if chosen.isFenced { repairs.append(.init(kind: .removedCodeFence, offset: 0)) }
        if self.hasText(before: chosen.range.lowerBound) || self.hasText(after: chosen.range.upperBound) {
            repairs.append(.init(kind: .removedSurroundingText, offset: 0))
        }
        for other in self.candidates where other.value != chosen.value {
            repairs.append(.init(kind: .removedOtherValue, offset: other.range.lowerBound))
        }
        return JSONRepair.Repaired(value: chosen.value, repairs: Array((repairs + chosen.repairs).prefix(64)))
    }

    /// False when a bracket that must belong to a value cannot be read.
    private mutating func collect() -> Bool {
        var position = 0
        var skipped = 0
        while let start = self.nextOpening(from: position) {
            guard self.candidates.count + skipped < Self.maximumCandidates else { return false }
            var parser = RepairParser(self.bytes, from: start)
            if let value = parser.parse() {
                // An opening bracket and nothing after it is no value yet.
                let isOpen = parser.repairs.contains { $0.kind == .closedBracket }
                guard parser.hasMadeProgress || !isOpen else { return false }
                self.candidates.append(
                    Candidate(
                        value: value, range: start..<parser.position, repairs: parser.repairs,
                        isFenced: self.isFenced(start)))
                position = parser.position
            } else {
                // Brackets in prose contain no others. Looking inside anything else would return a part as the whole.
                guard !parser.hasMadeProgress, let end = self.endOfProse(from: start) else { return false }
                skipped += 1
                position = end
            }
        }
        return true
    }

    private func nextOpening(from position: Int) -> Int? {
        self.bytes[position...].firstIndex { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }
    }

    private func endOfProse(from start: Int) -> Int? {
        let closing = self.bytes[start] == UInt8(ascii: "{") ? UInt8(ascii: "}") : UInt8(ascii: "]")
        guard let end = self.bytes[start...].firstIndex(of: closing) else { return nil }
        if let next = self.nextOpening(from: start + 1), next < end { return nil }
        return end + 1
    }

    /// What stands in a code fence is meant rather than the rest, an object rather than an array; equal values are one.
    private func chosen() -> Candidate? {
        var candidates = self.candidates
        if candidates.contains(where: \.isFenced) { candidates.removeAll { !$0.isFenced } }
        if candidates.contains(where: \.isObject) { candidates.removeAll { !$0.isObject } }
        guard let first = candidates.first, candidates.allSatisfy({ $0.value == first.value }) else { return nil }
        return first
    }

    /// Whether the line before starts a code block.
    private func isFenced(_ start: Int) -> Bool {
        var before = self.bytes[..<start]
        while let last = before.last, last <= 0x20 { before.removeLast() }
        while let last = before.last, InternetFormat.isAlphanumeric(last) { before.removeLast() }
        return before.suffix(3).elementsEqual(RepairParser.fence)
    }

    private func hasText(before end: Int) -> Bool { Self.isText(self.bytes[..<end]) }
    private func hasText(after start: Int) -> Bool { Self.isText(self.bytes[start...]) }

    /// Whether there is more than white space and the marks and language of a code fence.
    private static func isText(_ bytes: ArraySlice<UInt8>) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        let words = text.split { $0.isWhitespace || $0 == "`" }
        return words.contains { !["json", "JSON", "json5", "jsonc"].contains($0) }
    }
}
