/// Looks for a match by backtracking with an explicit stack.
///
/// Without back-references whether the rest matches depends only on the instruction and the position, so each pair is
/// tried once: the time is at most the pattern's size times the text's. With back-references the number of steps is
/// bounded instead.
struct PatternMatcher {
    static let maximumSteps = 1 << 25
    static let maximumStepsWithReferences = 1 << 20

    /// The limit was reached before an answer.
    struct Undecided: Error {}

    private struct Thread {
        var instruction: Int
        var position: Int
        var captures: [Int]
    }

    private let program: [PatternProgram.Instruction]
    private let text: [UInt32]
    private let captureSlots: Int
    /// One bit for each pair of instruction and position; empty when there are back-references.
    private var visited: [UInt64]
    private var stepsLeft: Int

    init(program: PatternProgram, text: [UInt32], captureCount: Int, hasReferences: Bool) throws(Undecided) {
        let (states, overflowed) = program.instructions.count.multipliedReportingOverflow(by: text.count + 1)
        guard hasReferences || !overflowed && states <= Self.maximumSteps else { throw Undecided() }
        self.program = program.instructions
        self.text = text
        self.captureSlots = hasReferences ? (captureCount + 1) * 2 : 0
        self.visited = hasReferences ? [] : Array(repeating: 0, count: states / 64 + 1)
        self.stepsLeft = hasReferences ? Self.maximumStepsWithReferences : Self.maximumSteps
    }

    /// Whether any part of the text matches.
    mutating func findsMatch() throws(Undecided) -> Bool {
        let captures = Array(repeating: -1, count: self.captureSlots)
        if case .start = self.program[0] {
            return try self.match(from: 0, at: 0, captures: captures) != nil
        }
        for start in 0...self.text.count
        where try self.match(from: 0, at: start, captures: captures) != nil {
            return true
        }
        return false
    }

    /// The captures of a match that starts here, and ends at `end` if that is given; nil when there is none.
    private mutating func match(
        from instruction: Int, at position: Int, captures: [Int], endingAt end: Int? = nil
    ) throws(Undecided) -> [Int]? {
        var stack = [Thread(instruction: instruction, position: position, captures: captures)]
        while var thread = stack.popLast() {
            while try self.isNew(thread, isBehind: end != nil) {
                if case .match = self.program[thread.instruction] {
                    if end == nil || thread.position == end { return thread.captures }
                    break
                }
                guard try self.step(&thread, pushing: &stack) else { break }
            }
        }
        return nil
    }

    private mutating func isNew(_ thread: Thread, isBehind: Bool) throws(Undecided) -> Bool {
        guard self.stepsLeft > 0 else { throw Undecided() }
        self.stepsLeft -= 1
        // Inside a look-behind the wanted end is part of the state, so nothing can be remembered.
        guard !self.visited.isEmpty, !isBehind else { return true }
        let state = thread.instruction * (self.text.count + 1) + thread.position
        let bit: UInt64 = 1 << UInt64(state & 63)
        if self.visited[state >> 6] & bit != 0 { return false }
        self.visited[state >> 6] |= bit
        return true
    }

    /// Executes one instruction; false when the thread ends here.
    private mutating func step(_ thread: inout Thread, pushing stack: inout [Thread]) throws(Undecided) -> Bool {
        switch self.program[thread.instruction] {
        case .match: return false
        case .characters(let characters):
            guard thread.position < self.text.count, characters.contains(self.text[thread.position]) else {
                return false
            }
            thread.position += 1
        case .run(let characters, let minimum, let maximum, let isLazy):
            return try self.run(
                characters, minimum: minimum, maximum: maximum, isLazy: isLazy, &thread, pushing: &stack)
        case .split(let preferred, let other):
            stack.append(Thread(instruction: other, position: thread.position, captures: thread.captures))
            thread.instruction = preferred
            return true
        case .jump(let target):
            thread.instruction = target
            return true
        case .save(let slot): if self.captureSlots > 0 { thread.captures[slot] = thread.position }
        case .reference(let number): guard self.skipReference(number, &thread) else { return false }
        case .start: guard thread.position == 0 else { return false }
        case .end: guard thread.position == self.text.count else { return false }
        case .wordBoundary(let isNegated):
            guard (self.isWord(thread.position - 1) != self.isWord(thread.position)) != isNegated else { return false }
        case .look(let isBehind, let isNegated, let next):
            guard try self.look(&thread, isBehind: isBehind, isNegated: isNegated) else { return false }
            thread.instruction = next
            return true
        }
        thread.instruction += 1
        return true
    }

    private mutating func run(
        _ characters: CharacterClass, minimum: Int, maximum: Int, isLazy: Bool, _ thread: inout Thread,
        pushing stack: inout [Thread]
    ) throws(Undecided) -> Bool {
        var length = 0
        while length < maximum, thread.position + length < self.text.count,
            characters.contains(self.text[thread.position + length])
        {
            length += 1
        }
        guard length >= minimum else { return false }
        self.stepsLeft -= length
        guard self.stepsLeft > 0, stack.count + length < 4 << 20 else { throw Undecided() }
        let lengths = minimum...length
        let leastWantedFirst = isLazy ? Array(lengths.reversed()) : Array(lengths)
        for length in leastWantedFirst.dropLast() {
            stack.append(
                Thread(
                    instruction: thread.instruction + 1, position: thread.position + length, captures: thread.captures))
        }
        thread.position += isLazy ? minimum : length
        thread.instruction += 1
        return true
    }

    private func skipReference(_ number: Int, _ thread: inout Thread) -> Bool {
        let start = thread.captures[number * 2]
        let end = thread.captures[number * 2 + 1]
        guard start >= 0, end >= start else { return true }  // A group that took no part matches the empty text.
        let length = end - start
        guard thread.position + length <= self.text.count,
            self.text[start..<end] == self.text[thread.position..<(thread.position + length)]
        else { return false }
        thread.position += length
        return true
    }

    private mutating func look(_ thread: inout Thread, isBehind: Bool, isNegated: Bool) throws(Undecided) -> Bool {
        let body = thread.instruction + 1
        var found: [Int]?
        if isBehind {
            for start in 0...thread.position where found == nil {
                found = try self.match(
                    from: body, at: start, captures: thread.captures, endingAt: thread.position)
            }
        } else {
            // What an earlier attempt at this body visited says nothing about this one, since a look-ahead's success
            // doesn't end the search.
            let remembered = self.visited
            self.stepsLeft -= remembered.count / 8
            self.visited = Array(repeating: 0, count: remembered.count)
            found = try self.match(from: body, at: thread.position, captures: thread.captures)
            self.visited = remembered
        }
        if let found, !isNegated { thread.captures = found }
        return (found != nil) != isNegated
    }

    private func isWord(_ position: Int) -> Bool {
        self.text.indices.contains(position) && CharacterClass.word.contains(self.text[position])
    }
}
