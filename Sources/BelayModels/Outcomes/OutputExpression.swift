import BelayCore
import BelayJSON

/// A condition on an answer, as people write it in a configuration: `/total > 0 and text contains "refund"`.
///
/// It compares parts of the answer with fixed values and does nothing else. An operand is a JSON Pointer (RFC 6901) into
/// the text read as JSON, such as `/items/0/price`; `json` for all of it; `text`; `tools`, the list of the names of the
/// tools that the answer calls; or a value: a number, a quoted text, `true`, `false`, `null`. Operators are `==`, `!=`,
/// `<`, `<=`, `>`, `>=`, `contains` and `matches` (a regular expression, ECMA-262), then `not`, `and`, `or` and brackets.
/// An operand alone holds when it is there, and neither `false` nor `null`. What isn't there equals nothing.
public struct OutputExpression: Sendable {
    /// Why a text is no expression.
    public struct Invalid: Error, Sendable, Hashable, CustomStringConvertible {
        public var reason: String
        /// Of the character that is wrong, from 1.
        public var column: Int

        public var description: String { "\(self.reason) (column \(self.column))" }
    }

    indirect enum Node: Sendable {
        case and(Node, Node)
        case or(Node, Node)
        case not(Node)
        case compare(Operand, Comparison, Operand)
        case matches(Operand, JSONSchema)
        case isThere(Operand)
    }

    enum Comparison: String, Sendable {
        case equal = "=="
        case unequal = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case contains
    }

    enum Operand: Sendable {
        case pointer([String])
        case text
        case tools
        case value(JSON)
    }

    /// As it was written.
    public let text: String
    private let root: Node

    /// No expression is longer, in bytes of UTF-8.
    public static let longest = 4_096

    public init(_ text: String) throws(Invalid) {
        self.text = text
        var parser = OutputExpressionParser(text)
        self.root = try parser.expression()
    }

    /// Whether it holds for an answer.
    public func holds(for answer: ModelAnswer) -> Bool {
        let text = answer.text
        // An answer that is no JSON has none of its parts, which is what the expression is told.
        let view = View(
            text: text, json: try? JSON.parse(text), tools: .array(answer.toolCalls.map { .string($0.name) }))
        return view.holds(self.root)
    }

    private struct View {
        let text: String
        let json: JSON?
        let tools: JSON

        func holds(_ node: Node) -> Bool {
            switch node {
            case .and(let left, let right): self.holds(left) && self.holds(right)
            case .or(let left, let right): self.holds(left) || self.holds(right)
            case .not(let inner): !self.holds(inner)
            case .compare(let left, let comparison, let right):
                Self.holds(self.value(left), comparison, self.value(right))
            case .matches(let operand, let pattern): self.value(operand).map { pattern.accepts($0) } ?? false
            case .isThere(let operand): self.value(operand).map { !$0.isNull && $0 != .bool(false) } ?? false
            }
        }

        private func value(_ operand: Operand) -> JSON? {
            switch operand {
            case .text: .string(self.text)
            case .tools: self.tools
            case .value(let value): value
            case .pointer(let tokens):
                tokens.reduce(self.json) { value, token in value.flatMap { JSONPointer.value(token, in: $0) } }
            }
        }

        private static func holds(_ left: JSON?, _ comparison: Comparison, _ right: JSON?) -> Bool {
            guard let left, let right else { return comparison == .unequal }
            switch comparison {
            case .equal: return left == right
            case .unequal: return left != right
            case .contains:
                if let text = left.stringValue, let part = right.stringValue { return text.contains(part) }
                if let part = right.stringValue, let object = left.objectValue { return object[part] != nil }
                return left.arrayValue?.contains(right) ?? false
            case .less, .lessOrEqual, .greater, .greaterOrEqual: return Self.holds(order: comparison, left, right)
            }
        }

        /// Numbers by size, texts by their code points. Values of different kinds have no order.
        private static func holds(order comparison: Comparison, _ left: JSON, _ right: JSON) -> Bool {
            func holds<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
                switch comparison {
                case .less: left < right
                case .lessOrEqual: left <= right
                case .greater: left > right
                case .greaterOrEqual: left >= right
                case .equal, .unequal, .contains: false
                }
            }
            if let left = left.doubleValue, let right = right.doubleValue { return holds(left, right) }
            if let left = left.stringValue, let right = right.stringValue { return holds(left, right) }
            return false
        }
    }
}
