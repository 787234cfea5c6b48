/// One validation: applies nodes to a value and collects violations.
///
/// Marks are written into whatever the caller passes, also by a schema that then fails; those who go on after a failure
/// (`anyOf`, `if` and the like) therefore pass marks of their own and merge them on success.
struct SchemaEvaluator {
    enum Step {
        case key(String)
        case index(Int)
    }

    let schema: JSONSchema
    /// The schema resources entered, outermost first.
    private var scope: [Int] = []
    private var path: [Step] = []
    private(set) var violations: [JSONSchema.Violation] = []
    private var maximumViolations: Int
    /// Above 0 the outcome alone counts, and no message is made.
    private var silence = 0
    /// Whether the failed alternatives of an `anyOf` are being looked at for its message.
    var isExplaining = false
    private var depth = 0
    private var stepsLeft: Int
    /// What made the validation give up.
    private var limit: JSONSchema.Violation?

    init(_ schema: JSONSchema) {
        self.schema = schema
        self.maximumViolations = max(1, schema.options.maximumViolations)
        self.stepsLeft = max(1, schema.options.maximumSteps)
    }

    mutating func violations(of instance: JSON) -> [JSONSchema.Violation] {
        var marks: SchemaMarks?
        _ = self.evaluate(self.schema.root, instance, &marks)
        if let limit = self.limit { return self.violations.prefix(self.maximumViolations - 1) + [limit] }
        return self.violations
    }

    mutating func accepts(_ instance: JSON) -> Bool {
        self.silence = 1
        var marks: SchemaMarks?
        return self.evaluate(self.schema.root, instance, &marks) && self.limit == nil
    }

    /// Whether there is a reason to look further after a failure.
    var wantsMore: Bool {
        self.silence == 0 && self.limit == nil && self.violations.count < self.maximumViolations
    }

    mutating func evaluate(_ index: Int, _ value: JSON, _ marks: inout SchemaMarks?) -> Bool {
        let node = self.schema.nodes[index]
        if node.checks.isEmpty { return true }
        guard self.limit == nil, self.takeStep() else { return false }
        self.depth += 1
        let entersResource = self.scope.last != node.resource
        if entersResource { self.scope.append(node.resource) }
        defer {
            self.depth -= 1
            if entersResource { self.scope.removeLast() }
        }
        guard node.needsMarks else { return self.run(node.checks, value, &marks) }
        var own: SchemaMarks? = SchemaMarks(for: value)
        let isValid = self.run(node.checks, value, &own)
        if isValid, let own { marks?.formUnion(own) }
        return isValid
    }

    private mutating func run(_ checks: [SchemaCheck], _ value: JSON, _ marks: inout SchemaMarks?) -> Bool {
        var isValid = true
        for check in checks where !self.passes(check, value, &marks) {
            isValid = false
            guard self.wantsMore else { break }
        }
        return isValid
    }

    private mutating func takeStep() -> Bool {
        self.stepsLeft -= 1
        if self.depth >= self.schema.options.maximumDepth {
            self.giveUp(
                "the schemas are nested deeper than \(self.schema.options.maximumDepth), or refer to themselves without end"
            )
        } else if self.stepsLeft < 0 {
            self.giveUp("the validation takes more than \(self.schema.options.maximumSteps) steps")
        }
        return self.limit == nil
    }

    /// Ends the validation undecided, which counts as invalid whatever surrounds it.
    mutating func giveUp(_ reason: String) {
        if self.limit == nil {
            self.limit = JSONSchema.Violation(instancePath: self.pointer, keyword: "$limit", message: reason)
        }
    }

    /// Notes a violation, unless only the outcome counts. Returns false, as the outcome of the check.
    mutating func fail(_ keyword: String, _ message: @autoclosure () -> String) -> Bool {
        if self.wantsMore {
            self.violations.append(
                JSONSchema.Violation(instancePath: self.pointer, keyword: keyword, message: message()))
        }
        return false
    }

    private var pointer: String {
        self.path.reduce("") { pointer, step in
            switch step {
            case .key(let key): JSONPointer.appending(key, to: pointer)
            case .index(let index): JSONPointer.appending(String(index), to: pointer)
            }
        }
    }

    mutating func silently(_ index: Int, _ value: JSON, _ marks: inout SchemaMarks?) -> Bool {
        self.silence += 1
        defer { self.silence -= 1 }
        return self.evaluate(index, value, &marks)
    }

    /// The first violation of a schema that is known to fail.
    mutating func explanation(_ index: Int, _ value: JSON) -> String? {
        let (violations, maximum) = (self.violations, self.maximumViolations)
        (self.violations, self.maximumViolations, self.isExplaining) = ([], 1, true)
        var marks: SchemaMarks?
        _ = self.evaluate(index, value, &marks)
        let first = self.violations.first
        (self.violations, self.maximumViolations, self.isExplaining) = (violations, maximum, false)
        return first.map { "\($0)" }
    }

    mutating func descend(_ step: Step, _ index: Int, _ value: JSON) -> Bool {
        self.path.append(step)
        defer { self.path.removeLast() }
        var marks: SchemaMarks?
        return self.evaluate(index, value, &marks)
    }

    mutating func descendSilently(_ step: Step, _ index: Int, _ value: JSON) -> Bool {
        self.silence += 1
        defer { self.silence -= 1 }
        return self.descend(step, index, value)
    }

    /// The outermost schema resource that has this dynamic anchor decides.
    func dynamicTarget(_ anchor: String, fallback: Int) -> Int {
        for resource in self.scope {
            if let node = self.schema.dynamicAnchors[resource][anchor] { return node }
        }
        return fallback
    }
}
