/// The parts of a regular expression.
indirect enum PatternTree {
    case empty
    case characters(CharacterClass)
    case sequence([PatternTree])
    case alternatives([PatternTree])
    case repeated(PatternTree, minimum: Int, maximum: Int?, isLazy: Bool)
    case capture(Int, PatternTree)
    case reference(Int)
    case start
    case end
    case wordBoundary(isNegated: Bool)
    case look(PatternTree, isBehind: Bool, isNegated: Bool)
}

/// Reads ECMA-262 regular expressions in Unicode mode, without flags.
///
/// More lenient than the `u` flag where common patterns rely on it: punctuation may be escaped needlessly, and braces
/// and closing brackets that can mean nothing else stand for themselves.
struct PatternParser {
    static let maximumDepth = 64
    static let maximumLength = 10_000

    struct Fault: Error {
        let reason: String
        let offset: Int
    }

    let scalars: [Unicode.Scalar]
    var position = 0
    var depth = 0
    var captureCount = 0
    var captureNames: [String: Int] = [:]
    var hasReferences = false

    init(_ text: String) { self.scalars = Array(text.unicodeScalars) }

    var next: Unicode.Scalar? { self.position < self.scalars.count ? self.scalars[self.position] : nil }

    func fault(_ reason: String) -> Fault { Fault(reason: reason, offset: self.position) }

    mutating func consume(_ text: String) -> Bool {
        let wanted = Array(text.unicodeScalars)
        guard self.scalars[self.position...].starts(with: wanted) else { return false }
        self.position += wanted.count
        return true
    }

    mutating func pattern() throws(Fault) -> PatternTree {
        guard self.scalars.count <= Self.maximumLength else { throw self.fault("longer than 10,000 characters") }
        self.findCaptureNames()
        let tree = try self.alternatives()
        if self.next != nil { throw self.fault("unmatched ')'") }
        return tree
    }

    /// Names may be referred to before their group is reached.
    private mutating func findCaptureNames() {
        var isClass = false
        var number = 0
        var position = 0
        while position < self.scalars.count {
            switch self.scalars[position] {
            case "\\": position += 1
            case "[": isClass = true
            case "]": isClass = false
            case "(" where !isClass:
                let rest = self.scalars[(position + 1)...]
                guard rest.first == "?" else {
                    number += 1
                    break
                }
                let third = rest.dropFirst(2).first
                guard rest.dropFirst().first == "<", third != "=", third != "!" else { break }
                number += 1
                self.captureNames[Self.text(rest.dropFirst(2).prefix { $0 != ">" })] = number
            default: break
            }
            position += 1
        }
        self.captureCount = number
    }

    static func text(_ scalars: some Sequence<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }

    private var openedCaptures = 0

    private mutating func alternatives() throws(Fault) -> PatternTree {
        guard self.depth < Self.maximumDepth else { throw self.fault("groups nested deeper than 64 levels") }
        self.depth += 1
        defer { self.depth -= 1 }
        var choices = [try self.sequence()]
        while self.consume("|") { choices.append(try self.sequence()) }
        return choices.count == 1 ? choices[0] : .alternatives(choices)
    }

    private mutating func sequence() throws(Fault) -> PatternTree {
        var parts: [PatternTree] = []
        while let scalar = self.next, scalar != "|", scalar != ")" {
            let (term, isQuantifiable) = try self.term()
            parts.append(isQuantifiable ? try self.quantified(term) : term)
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func quantified(_ term: PatternTree) throws(Fault) -> PatternTree {
        let bounds: (Int, Int?)
        if self.consume("*") {
            bounds = (0, nil)
        } else if self.consume("+") {
            bounds = (1, nil)
        } else if self.consume("?") {
            bounds = (0, 1)
        } else if let braces = try self.braces() {
            bounds = braces
        } else {
            return term
        }
        let isLazy = self.consume("?")
        if let next = self.next, next == "*" || next == "+" || next == "?" {
            throw self.fault("nothing to repeat before '\(next)'")
        }
        return .repeated(term, minimum: bounds.0, maximum: bounds.1, isLazy: isLazy)
    }

    /// `{n}`, `{n,}` or `{n,m}`; nil when the brace is none of them and stands for itself.
    private mutating func braces() throws(Fault) -> (Int, Int?)? {
        let start = self.position
        guard self.consume("{"), let minimum = self.decimal() else {
            self.position = start
            return nil
        }
        var maximum: Int? = minimum
        if self.consume(",") { maximum = self.decimal() }
        guard self.consume("}") else {
            self.position = start
            return nil
        }
        if let maximum, maximum < minimum { throw self.fault("quantifier with its numbers out of order") }
        return (minimum, maximum)
    }

    /// Counts saturate: no text has a billion characters.
    mutating func decimal() -> Int? {
        let start = self.position
        var value = 0
        while let scalar = self.next, ("0"..."9").contains(scalar) {
            value = min(value * 10 + Int(scalar.value - 0x30), 1_000_000_000)
            self.position += 1
        }
        return self.position > start ? value : nil
    }

    private mutating func term() throws(Fault) -> (PatternTree, isQuantifiable: Bool) {
        guard let scalar = self.next else { return (.empty, false) }
        switch scalar {
        case "^":
            self.position += 1
            return (.start, false)
        case "$":
            self.position += 1
            return (.end, false)
        case "(": return try self.group()
        case "[": return (.characters(try self.bracketed()), true)
        case ".":
            self.position += 1
            return (.characters(.any), true)
        case "\\": return try self.escape()
        case "*", "+", "?": throw self.fault("nothing to repeat before '\(scalar)'")
        case "{":
            let start = self.position
            if try self.braces() != nil {
                self.position = start
                throw self.fault("nothing to repeat before '{'")
            }
            fallthrough
        default:
            self.position += 1
            return (.characters(CharacterClass(scalar.value)), true)
        }
    }

    private mutating func group() throws(Fault) -> (PatternTree, isQuantifiable: Bool) {
        self.position += 1
        var wrap: (PatternTree) -> PatternTree = { $0 }
        var isQuantifiable = true
        if self.consume("?:") {
        } else if self.consume("?=") {
            (wrap, isQuantifiable) = ({ .look($0, isBehind: false, isNegated: false) }, false)
        } else if self.consume("?!") {
            (wrap, isQuantifiable) = ({ .look($0, isBehind: false, isNegated: true) }, false)
        } else if self.consume("?<=") {
            (wrap, isQuantifiable) = ({ .look($0, isBehind: true, isNegated: false) }, false)
        } else if self.consume("?<!") {
            (wrap, isQuantifiable) = ({ .look($0, isBehind: true, isNegated: true) }, false)
        } else {
            if self.consume("?<") {
                guard !(try self.name().isEmpty) else { throw self.fault("group without a name") }
            } else if self.next == "?" {
                throw self.fault("unknown kind of group")
            }
            self.openedCaptures += 1
            let number = self.openedCaptures
            wrap = { .capture(number, $0) }
        }
        let tree = try self.alternatives()
        guard self.consume(")") else { throw self.fault("missing ')'") }
        return (wrap(tree), isQuantifiable)
    }

    mutating func name() throws(Fault) -> String {
        let start = self.position
        while let scalar = self.next, scalar != ">" {
            guard scalar.properties.isIDContinue || scalar == "$" else { throw self.fault("bad name of a group") }
            self.position += 1
        }
        let name = Self.text(self.scalars[start..<self.position])
        guard self.consume(">") else { throw self.fault("missing '>'") }
        return name
    }
}
