import BelayJSON

/// A request for vectors, read as strictly as OpenAI reads it.
struct EmbeddingQuestion: Sendable {
    private static let maximumInputs = 2_048
    private static let maximumDimensions = 4_096
    /// Without `dimensions`: enough to tell texts apart, and small.
    private static let standardDimensions = 64

    var model: String
    /// The words of each input; tokens are words, too.
    var inputs: [[String]]
    var dimensions: Int
    var isBase64: Bool

    init(_ body: JSON) throws(ProviderProblem) {
        guard let model = body["model"]?.stringValue, !model.isEmpty else {
            throw .invalid("you must provide a model parameter", "model")
        }
        self.model = model
        self.inputs = try Self.inputs(body["input"])
        guard self.inputs.count <= Self.maximumInputs else {
            throw .invalid("at most \(Self.maximumInputs) inputs are possible", "input")
        }
        self.dimensions = body["dimensions"]?.intValue ?? Self.standardDimensions
        guard (1...Self.maximumDimensions).contains(self.dimensions) else {
            throw .invalid("must be 1 to \(Self.maximumDimensions)", "dimensions")
        }
        let format = body["encoding_format"]?.stringValue ?? "float"
        guard ["float", "base64"].contains(format) else { throw .invalid("must be float or base64", "encoding_format") }
        self.isBase64 = format == "base64"
    }

    /// About what a tokenizer would count.
    var tokens: Int {
        self.inputs.reduce(0) { $0 + $1.reduce(0) { $0 + max(1, MockUsage.tokens(of: $1)) } }
    }

    /// A text, texts, tokens, or lists of tokens.
    private static func inputs(_ json: JSON?) throws(ProviderProblem) -> [[String]] {
        switch json {
        case .string(let text)?: return [try self.words(text, at: "input")]
        case .array(let items)? where items.first?.intValue != nil: return [try self.tokens(items, at: "input")]
        case .array(let items)? where !items.isEmpty:
            var inputs: [[String]] = []
            for (index, item) in items.enumerated() {
                let place = "input[\(index)]"
                if let items = item.arrayValue {
                    inputs.append(try self.tokens(items, at: place))
                } else {
                    inputs.append(try self.words(item.stringValue ?? "", at: place))
                }
            }
            return inputs
        default: throw .invalid("must be a text, texts, or tokens", "input")
        }
    }

    private static func words(_ text: String, at place: String) throws(ProviderProblem) -> [String] {
        guard !text.isEmpty else { throw .invalid("must be a text that is not empty", place) }
        let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
        return words.isEmpty ? [text] : words
    }

    private static func tokens(_ items: [JSON], at place: String) throws(ProviderProblem) -> [String] {
        let numbers = items.compactMap(\.intValue)
        guard numbers.count == items.count, !numbers.isEmpty else { throw .invalid("must be numbers of tokens", place) }
        return numbers.map { "token \($0)" }
    }
}
