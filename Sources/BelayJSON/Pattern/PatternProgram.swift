/// A regular expression as instructions for `PatternMatcher`.
struct PatternProgram: Sendable {
    static let maximumSize = 20_000

    enum Instruction: Sendable {
        case characters(CharacterClass)
        /// A counted repetition of one character, which would take too many instructions when written out.
        case run(CharacterClass, minimum: Int, maximum: Int, isLazy: Bool)
        case split(preferred: Int, other: Int)
        case jump(Int)
        case save(Int)
        case reference(Int)
        case start
        case end
        case wordBoundary(isNegated: Bool)
        /// The body follows and ends with `.match`; the program goes on at `next`.
        case look(isBehind: Bool, isNegated: Bool, next: Int)
        case match
    }

    struct TooLarge: Error {}

    private(set) var instructions: [Instruction] = []

    init(_ tree: PatternTree) throws(TooLarge) {
        try self.add(tree)
        try self.emit(.match)
    }

    private mutating func emit(_ instruction: Instruction) throws(TooLarge) {
        guard self.instructions.count < Self.maximumSize else { throw TooLarge() }
        self.instructions.append(instruction)
    }

    private mutating func add(_ tree: PatternTree) throws(TooLarge) {
        switch tree {
        case .empty: break
        case .characters(let characters): try self.emit(.characters(characters))
        case .sequence(let parts): for part in parts { try self.add(part) }
        case .alternatives(let choices): try self.addAlternatives(choices)
        case .repeated(let body, let minimum, let maximum, let isLazy):
            try self.addRepetition(of: body, minimum: minimum, maximum: maximum, isLazy: isLazy)
        case .capture(let number, let body):
            try self.emit(.save(number * 2))
            try self.add(body)
            try self.emit(.save(number * 2 + 1))
        case .reference(let number): try self.emit(.reference(number))
        case .start: try self.emit(.start)
        case .end: try self.emit(.end)
        case .wordBoundary(let isNegated): try self.emit(.wordBoundary(isNegated: isNegated))
        case .look(let body, let isBehind, let isNegated):
            let look = self.instructions.count
            try self.emit(.match)
            try self.add(body)
            try self.emit(.match)
            self.instructions[look] = .look(isBehind: isBehind, isNegated: isNegated, next: self.instructions.count)
        }
    }

    private mutating func addAlternatives(_ choices: [PatternTree]) throws(TooLarge) {
        var jumps: [Int] = []
        for choice in choices.dropLast() {
            let split = self.instructions.count
            try self.emit(.match)
            try self.add(choice)
            jumps.append(self.instructions.count)
            try self.emit(.match)
            self.instructions[split] = .split(preferred: split + 1, other: self.instructions.count)
        }
        if let last = choices.last { try self.add(last) }
        for jump in jumps { self.instructions[jump] = .jump(self.instructions.count) }
    }

    private mutating func addRepetition(
        of body: PatternTree, minimum: Int, maximum: Int?, isLazy: Bool
    ) throws(TooLarge) {
        if case .characters(let characters) = body, minimum > 8 || (maximum ?? 0) > 8 {
            return try self.emit(.run(characters, minimum: minimum, maximum: maximum ?? .max, isLazy: isLazy))
        }
        for _ in 0..<minimum {
            let size = self.instructions.count
            try self.add(body)
            // What takes no instructions may be repeated any number of times, which only would take time here.
            if self.instructions.count == size { return }
        }
        guard let maximum else {
            let split = self.instructions.count
            try self.emit(.match)
            try self.add(body)
            try self.emit(.jump(split))
            self.instructions[split] = self.split(split + 1, self.instructions.count, isLazy: isLazy)
            return
        }
        var splits: [Int] = []
        for _ in minimum..<maximum {
            splits.append(self.instructions.count)
            try self.emit(.match)
            try self.add(body)
        }
        for split in splits {
            self.instructions[split] = self.split(split + 1, self.instructions.count, isLazy: isLazy)
        }
    }

    private func split(_ body: Int, _ exit: Int, isLazy: Bool) -> Instruction {
        isLazy ? .split(preferred: exit, other: body) : .split(preferred: body, other: exit)
    }
}
