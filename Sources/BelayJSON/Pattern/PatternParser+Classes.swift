extension PatternParser {
    /// What an escape stands for.
    enum Escape {
        case scalar(UInt32)
        case members([CharacterClass.Member])
    }

    mutating func escape() throws(Fault) -> (PatternTree, isQuantifiable: Bool) {
        if self.consume("\\b") { return (.wordBoundary(isNegated: false), false) }
        if self.consume("\\B") { return (.wordBoundary(isNegated: true), false) }
        if self.consume("\\k<") {
            guard let number = self.captureNames[try self.name()] else { throw self.fault("reference to no group") }
            self.hasReferences = true
            return (.reference(number), true)
        }
        let second = self.position + 1
        if second < self.scalars.count, ("1"..."9").contains(self.scalars[second]) {
            self.position += 1
            guard let number = self.decimal(), number <= self.captureCount else {
                throw self.fault("reference to no group")
            }
            self.hasReferences = true
            return (.reference(number), true)
        }
        switch try self.characterEscape() {
        case .scalar(let scalar): return (.characters(CharacterClass(scalar)), true)
        case .members(let members): return (.characters(CharacterClass(members)), true)
        }
    }

    private mutating func characterEscape() throws(Fault) -> Escape {
        self.position += 1
        guard let scalar = self.next else { throw self.fault("pattern ends with a backslash") }
        self.position += 1
        switch scalar {
        case "d": return .members([.init(kind: .nested(.digit))])
        case "D": return .members([.init(kind: .nested(.digit), isNegated: true)])
        case "w": return .members([.init(kind: .nested(.word))])
        case "W": return .members([.init(kind: .nested(.word), isNegated: true)])
        case "s": return .members([.init(kind: .nested(.space))])
        case "S": return .members([.init(kind: .nested(.space), isNegated: true)])
        case "p": return .members([.init(kind: .property(try self.property()))])
        case "P": return .members([.init(kind: .property(try self.property()), isNegated: true)])
        case "t": return .scalar(0x09)
        case "n": return .scalar(0x0A)
        case "v": return .scalar(0x0B)
        case "f": return .scalar(0x0C)
        case "r": return .scalar(0x0D)
        case "0":
            if let next = self.next, ("0"..."9").contains(next) { throw self.fault("octal escape") }
            return .scalar(0)
        case "c": return .scalar(try self.controlLetter())
        case "x": return .scalar(try self.hex(digits: 2))
        case "u": return .scalar(try self.unicode())
        default:
            let isLetterOrDigit = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar))
            guard !isLetterOrDigit else {
                self.position -= 1
                throw self.fault("unknown escape '\\\(scalar)'")
            }
            return .scalar(scalar.value)
        }
    }

    private mutating func property() throws(Fault) -> UnicodeProperty {
        guard self.consume("{") else { throw self.fault("expected '{' after \\p") }
        let start = self.position
        while let scalar = self.next, scalar != "}" {
            self.position += 1
            if scalar == "\\" { break }
        }
        let name = Self.text(self.scalars[start..<self.position])
        guard self.consume("}"), let property = UnicodeProperty(name) else {
            throw self.fault("unknown or unsupported Unicode property '\(name)'")
        }
        return property
    }

    private mutating func controlLetter() throws(Fault) -> UInt32 {
        guard let letter = self.next, letter.isASCII, letter.properties.isAlphabetic else {
            throw self.fault("expected a letter after \\c")
        }
        self.position += 1
        return letter.value & 31
    }

    private mutating func hex(digits: Int) throws(Fault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<digits {
            guard let scalar = self.next, scalar.isASCII, let digit = JSONScan.hexDigit(UInt8(scalar.value)) else {
                throw self.fault("expected \(digits) hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            self.position += 1
        }
        return value
    }

    private mutating func unicode() throws(Fault) -> UInt32 {
        if self.consume("{") {
            var value: UInt32 = 0
            var count = 0
            while let scalar = self.next, scalar.isASCII, let digit = JSONScan.hexDigit(UInt8(scalar.value)) {
                value = min(value << 4 | UInt32(digit), 0x110000)
                count += 1
                self.position += 1
            }
            guard count > 0, value <= 0x10FFFF, self.consume("}") else { throw self.fault("bad \\u{…} escape") }
            return value
        }
        let high = try self.hex(digits: 4)
        guard high & 0xFC00 == 0xD800 else { return high }
        let start = self.position
        if self.consume("\\u"), let low = try? self.hex(digits: 4), low & 0xFC00 == 0xDC00 {
            return 0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF)
        }
        self.position = start
        return high
    }

    mutating func bracketed() throws(Fault) -> CharacterClass {
        self.position += 1
        let isNegated = self.consume("^")
        var members: [CharacterClass.Member] = []
        while !self.consume("]") {
            let first = try self.classAtom()
            guard self.next == "-", self.position + 1 < self.scalars.count, self.scalars[self.position + 1] != "]"
            else {
                members += Self.members(first)
                continue
            }
            self.position += 1
            let last = try self.classAtom()
            guard case .scalar(let low) = first, case .scalar(let high) = last else {
                members += Self.members(first) + Self.members(last) + [.init(kind: .range(0x2D...0x2D))]
                continue
            }
            guard low <= high else { throw self.fault("range with its ends out of order") }
            members.append(.init(kind: .range(low...high)))
        }
        return CharacterClass(members, isNegated: isNegated)
    }

    private mutating func classAtom() throws(Fault) -> Escape {
        guard let scalar = self.next else { throw self.fault("missing ']'") }
        if self.consume("\\b") { return .scalar(0x08) }
        if scalar == "\\" { return try self.characterEscape() }
        self.position += 1
        return .scalar(scalar.value)
    }

    private static func members(_ escape: Escape) -> [CharacterClass.Member] {
        switch escape {
        case .scalar(let scalar): [.init(kind: .range(scalar...scalar))]
        case .members(let members): members
        }
    }
}
