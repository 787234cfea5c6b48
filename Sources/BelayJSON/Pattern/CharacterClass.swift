/// A set of code points as a regular expression writes it.
struct CharacterClass: Sendable {
    struct Member: Sendable {
        enum Kind: Sendable {
            case range(ClosedRange<UInt32>)
            case property(UnicodeProperty)
            case nested(CharacterClass)
        }

        var kind: Kind
        var isNegated = false

        func contains(_ scalar: UInt32) -> Bool {
            switch self.kind {
            case .range(let range): range.contains(scalar) != self.isNegated
            case .property(let property): property.contains(scalar) != self.isNegated
            case .nested(let characters): characters.contains(scalar) != self.isNegated
            }
        }
    }

    private let members: [Member]
    private let isNegated: Bool
    /// One bit for each of the 128 ASCII characters, already negated where needed.
    private let ascii: (UInt64, UInt64)

    init(_ members: [Member], isNegated: Bool = false) {
        self.members = members
        self.isNegated = isNegated
        var bits: (UInt64, UInt64) = (0, 0)
        for scalar in UInt32(0)..<128 where members.contains(where: { $0.contains(scalar) }) != isNegated {
            if scalar < 64 { bits.0 |= 1 << UInt64(scalar) } else { bits.1 |= 1 << UInt64(scalar - 64) }
        }
        self.ascii = bits
    }

    init(_ ranges: [ClosedRange<UInt32>], isNegated: Bool = false) {
        self.init(ranges.map { Member(kind: .range($0)) }, isNegated: isNegated)
    }

    init(_ scalar: UInt32) { self.init([scalar...scalar]) }

    func contains(_ scalar: UInt32) -> Bool {
        if scalar < 64 { return self.ascii.0 >> UInt64(scalar) & 1 == 1 }
        if scalar < 128 { return self.ascii.1 >> UInt64(scalar - 64) & 1 == 1 }
        return self.members.contains { $0.contains(scalar) } != self.isNegated
    }

    static let digit = CharacterClass([0x30...0x39])
    static let word = CharacterClass([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    /// ECMAScript's WhiteSpace and LineTerminator.
    static let space = CharacterClass([
        0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x1680...0x1680, 0x2000...0x200A, 0x2028...0x2029, 0x202F...0x202F,
        0x205F...0x205F, 0x3000...0x3000, 0xFEFF...0xFEFF,
    ])
    /// What `.` matches: all but the line terminators.
    static let any = CharacterClass([0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029], isNegated: true)
}
