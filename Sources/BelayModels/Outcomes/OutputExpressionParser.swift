import BelayJSON

/// Reads an expression by recursive descent, as deep as its brackets and negations go.
struct OutputExpressionParser {
    private enum Token: Equatable {
        case word(String)
        case pointer(String)
        case value(JSON)
        case comparison(OutputExpression.Comparison)
        case open, close
    }

    private typealias Invalid = OutputExpression.Invalid

    private let characters: [Character]
    private let isTooLong: Bool
    private var tokens: [(token: Token, column: Int)] = []
    private var next = 0
    private var depth = 0

    /// Brackets and negations inside one another.
    private static let deepest = 50
    private static let ends: Set<Character> = ["(", ")", "=", "!", "<", ">", "\"", "'"]

    init(_ text: String) {
        self.isTooLong = text.utf8.count > OutputExpression.longest
        self.characters = self.isTooLong ? [] : Array(text)
    }

    mutating func expression() throws(OutputExpression.Invalid) -> OutputExpression.Node {
        guard !self.isTooLong else {
            throw Invalid(reason: "an expression has at most \(OutputExpression.longest) bytes", column: 1)
        }
        try self.scan()
        guard !self.tokens.isEmpty else { throw Invalid(reason: "an expression must not be empty", column: 1) }
        let node = try self.disjunction()
        guard self.next == self.tokens.count else { throw self.expected("`and`, `or` or the end") }
        return node
    }

    private mutating func disjunction() throws(OutputExpression.Invalid) -> OutputExpression.Node {
        var node = try self.conjunction()
        while self.take(.word("or")) { node = .or(node, try self.conjunction()) }
        return node
    }

    private mutating func conjunction() throws(OutputExpression.Invalid) -> OutputExpression.Node {
        var node = try self.condition()
        while self.take(.word("and")) { node = .and(node, try self.condition()) }
        return node
    }

    private mutating func condition() throws(OutputExpression.Invalid) -> OutputExpression.Node {
        self.depth += 1
        defer { self.depth -= 1 }
        guard self.depth <= Self.deepest else { throw self.problem("more than \(Self.deepest) levels of brackets") }
        if self.take(.word("not")) { return .not(try self.condition()) }
        if self.take(.open) {
            let node = try self.disjunction()
            guard self.take(.close) else { throw self.expected("`)`") }
            return node
        }
        let left = try self.operand()
        if self.take(.word("matches")) { return .matches(left, try self.pattern()) }
        if self.take(.word("contains")) { return .compare(left, .contains, try self.operand()) }
        if case .comparison(let comparison)? = self.peek {
            self.next += 1
            return .compare(left, comparison, try self.operand())
        }
        return .isThere(left)
    }

    private mutating func operand() throws(OutputExpression.Invalid) -> OutputExpression.Operand {
        let token = self.peek
        self.next += 1
        switch token {
        case .word("text"): return .text
        case .word("tools"): return .tools
        case .word("json"): return .pointer([])
        case .value(let value): return .value(value)
        case .pointer(let text):
            if let tokens = JSONPointer.tokens(text) { return .pointer(tokens) }
            self.next -= 1
            throw self.problem("`\(text)` is no JSON Pointer: after ~ comes 0 or 1")
        case .word, .comparison, .open, .close, nil:
            self.next -= 1
            throw self.expected("a pointer such as /total, `text`, `tools`, `json` or a value")
        }
    }

    private mutating func pattern() throws(OutputExpression.Invalid) -> JSONSchema {
        guard case .value(.string(let text))? = self.peek else { throw self.expected("a quoted regular expression") }
        do {
            let schema = try JSONSchema(["type": "string", "pattern": .string(text)])
            self.next += 1
            return schema
        } catch {
            throw self.problem(error.reason)
        }
    }

    private var peek: Token? { self.next < self.tokens.count ? self.tokens[self.next].token : nil }

    private mutating func take(_ token: Token) -> Bool {
        guard self.peek == token else { return false }
        self.next += 1
        return true
    }

    private func expected(_ words: String) -> OutputExpression.Invalid {
        self.problem(self.next < self.tokens.count ? "expected \(words)" : "it ends where it needs \(words)")
    }

    private func problem(_ reason: String) -> OutputExpression.Invalid {
        let column = self.next < self.tokens.count ? self.tokens[self.next].column : self.characters.count + 1
        return Invalid(reason: reason, column: column)
    }

}

extension OutputExpressionParser {
    private mutating func scan() throws(OutputExpression.Invalid) {
        var index = 0
        while index < self.characters.count {
            let character = self.characters[index]
            guard !character.isWhitespace else {
                index += 1
                continue
            }
            let column = index + 1
            self.tokens.append((try self.token(at: &index), column))
        }
    }

    private func token(at index: inout Int) throws(OutputExpression.Invalid) -> Token {
        let start = index
        switch self.characters[index] {
        case "(":
            index += 1
            return .open
        case ")":
            index += 1
            return .close
        case "\"", "'": return .value(.string(try self.quoted(at: &index)))
        case "=", "!", "<", ">":
            while index < self.characters.count, index < start + 2, "=!<>".contains(self.characters[index]) {
                index += 1
            }
            let text = String(self.characters[start..<index])
            if let comparison = OutputExpression.Comparison(rawValue: text) { return .comparison(comparison) }
            throw Invalid(reason: "`\(text)` is no operator", column: start + 1)
        default:
            while index < self.characters.count, !self.characters[index].isWhitespace,
                !Self.ends.contains(self.characters[index])
            {
                index += 1
            }
            return try self.word(String(self.characters[start..<index]), column: start + 1)
        }
    }

    private func word(_ text: String, column: Int) throws(OutputExpression.Invalid) -> Token {
        if text.hasPrefix("/") { return .pointer(text) }
        switch text {
        case "and", "or", "not", "contains", "matches", "text", "tools", "json": return .word(text)
        default: break
        }
        // What is left is what JSON writes without quotes: numbers, true, false, null.
        if let value = try? JSON.parse(text), value.objectValue == nil, value.arrayValue == nil {
            return .value(value)
        }
        throw Invalid(
            reason: "`\(text.prefix(40))` is no operand; parts of the output begin with /, texts stand in quotes",
            column: column)
    }

    /// In quotes of either kind; a backslash takes the quote, or the backslash, behind it as it is.
    private func quoted(at index: inout Int) throws(OutputExpression.Invalid) -> String {
        let start = index
        let quote = self.characters[index]
        var text = ""
        index += 1
        while index < self.characters.count {
            var character = self.characters[index]
            index += 1
            if character == quote { return text }
            if character == "\\", index < self.characters.count, [quote, "\\"].contains(self.characters[index]) {
                character = self.characters[index]
                index += 1
            }
            text.append(character)
        }
        throw Invalid(reason: "a quoted text has no end", column: start + 1)
    }
}
