/// A JSON Schema, read once and then applied to any number of values.
///
/// Drafts 2020-12, 2019-09 and 7, chosen by `$schema`. References reach the schema itself, the documents of a registry,
/// and the metaschemas of 2020-12 and 7; nothing is ever fetched. Numbers are compared exactly. `pattern` is ECMA-262 in
/// Unicode mode (without `\p{Script=…}`). `content…` and unknown keywords are annotations only.
public struct JSONSchema: Sendable {
    public enum Draft: Sendable { case draft7, draft2019, draft2020 }

    public struct Options: Sendable {
        /// For schemas without `$schema`. Default: 2020-12.
        public var defaultDraft = Draft.draft2020
        /// Whether `format` is checked; else it only annotates. Default: false. The formats that are checked are
        /// date-time, date, time, duration, email, hostname, ipv4, ipv6, uri, uri-reference, uuid, json-pointer,
        /// relative-json-pointer and regex.
        public var assertsFormats = false
        /// How many violations are listed before the validation stops, from 1. Default: 32.
        public var maximumViolations = 32
        /// How many nested schemas may be applied inside one another, which the stack pays for. Default: 400.
        public var maximumDepth = 400
        /// How many schemas may be applied in one validation, from 1. Default: 1,000,000.
        public var maximumSteps = 1_000_000

        public init() {}
    }

    /// One thing that is wrong with a value.
    public struct Violation: Error, Sendable, Hashable, CustomStringConvertible {
        /// Where in the value, as a JSON Pointer (RFC 6901); empty for the whole.
        public var instancePath: String
        /// The schema's keyword that is violated, such as `required`. `$limit` when the validation gave up at a limit.
        public var keyword: String
        /// What is wrong, in words for a person or a model.
        public var message: String

        public var description: String {
            "\(self.instancePath.isEmpty ? "the value" : self.instancePath): \(self.message)"
        }
    }

    /// Why a document is not a usable schema.
    public struct Invalid: Error, Sendable, Hashable, CustomStringConvertible {
        /// Where in the schema, as a JSON Pointer, after the URI of the document when it is another one.
        public var path: String
        public var reason: String

        public var description: String {
            "invalid schema at \(self.path.isEmpty ? "its root" : self.path): \(self.reason)"
        }
    }

    let nodes: [SchemaNode]
    let root: Int
    /// For each schema resource, the nodes of its dynamic anchors.
    let dynamicAnchors: [[String: Int]]
    let options: Options

    /// Reads a schema and all that it refers to.
    /// - Throws: `Invalid` for a keyword of the wrong form, a reference that leads nowhere, a pattern that is no regular
    ///   expression, or an unknown `$schema` or required vocabulary.
    public init(_ document: JSON, options: Options = Options(), registry: Registry = Registry()) throws(Invalid) {
        try self.init(document, options: options, registry: registry, ignoringForeignPatterns: false)
    }

    /// Reads a schema and all that it refers to.
    ///
    /// - Parameter ignoringForeignPatterns: Whether a `pattern` in the dialect of another language constrains nothing
    ///   instead of making the schema invalid. Beside such a name in `patternProperties` no member is an additional one.
    /// - Throws: As above.
    public init(
        _ document: JSON, options: Options = Options(), registry: Registry = Registry(), ignoringForeignPatterns: Bool
    ) throws(Invalid) {
        var compiler = SchemaCompiler(
            options: options, registry: registry, ignoresForeignPatterns: ignoringForeignPatterns)
        self.root = try compiler.compile(document)
        self.nodes = compiler.finishedNodes
        self.dynamicAnchors = compiler.finishedDynamicAnchors
        self.options = options
    }

    /// What is wrong with a value: nothing when it is valid.
    ///
    /// A validation that reaches one of the limits ends with a violation, so that an undecided value never passes.
    public func validate(_ instance: JSON) -> [Violation] {
        var evaluator = SchemaEvaluator(self)
        return evaluator.violations(of: instance)
    }

    /// Whether a value is valid; faster than `validate` when it is not.
    public func accepts(_ instance: JSON) -> Bool {
        var evaluator = SchemaEvaluator(self)
        return evaluator.accepts(instance)
    }
}
