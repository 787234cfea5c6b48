extension SchemaEvaluator {
    mutating func passes(_ check: SchemaCheck, _ value: JSON, _ marks: inout SchemaMarks?) -> Bool {
        let keyword = check.keyword
        switch check.rule {
        case .never: return self.fail(keyword, "no value is allowed here")
        case .type(let types):
            return types.allows(value) || self.fail(keyword, "expected \(types.listing) but found \(value.excerpt)")
        case .oneOfValues(let values, let listing):
            return values.contains(value) || self.fail(keyword, "must be one of \(listing)")
        case .constant(let constant):
            return constant == value || self.fail(keyword, "must be \(constant.serialized().prefix(200))")
        case .multiple, .limit: return self.passesNumber(check, value)
        case .length, .pattern, .format: return self.passesString(check, value)
        case .itemCount, .uniqueItems, .items, .contains, .unevaluatedItems:
            guard case .array(let items) = value else { return true }
            return self.passesArray(check, items, value, &marks)
        case .memberCount, .required, .requiredWith, .schemasWith, .properties, .propertyNames, .unevaluatedProperties:
            guard case .object(let object) = value else { return true }
            return self.passesObject(check, object, value, &marks)
        case .reference, .dynamicReference, .all, .any, .one, .not, .condition:
            return self.passesCombination(check, value, &marks)
        }
    }

    private mutating func passesNumber(_ check: SchemaCheck, _ value: JSON) -> Bool {
        switch (check.rule, value) {
        case (.multiple(of: .int(let divisor)), .int(let number)):
            return number.isMultiple(of: divisor)
                || self.fail(check.keyword, "\(number) is not a multiple of \(divisor)")
        case (.multiple(of: let divisor), _):
            guard let number = JSONDecimal(value), let exactDivisor = JSONDecimal(divisor) else { return true }
            return number.isMultiple(of: exactDivisor)
                || self.fail(check.keyword, "\(value) is not a multiple of \(divisor)")
        case (.limit(.int(let bound), let limit), .int(let number)):
            return self.passes(limit, number, bound, check.keyword, value, .int(bound))
        case (.limit(let bound, let limit), _):
            guard let number = JSONDecimal(value), let exactBound = JSONDecimal(bound) else { return true }
            return self.passes(limit, number, exactBound, check.keyword, value, bound)
        default: return true
        }
    }

    private mutating func passes<Number: Comparable>(
        _ limit: SchemaCheck.Limit, _ number: Number, _ bound: Number, _ keyword: String, _ value: JSON, _ written: JSON
    ) -> Bool {
        switch limit {
        case .minimum: number >= bound || self.fail(keyword, "\(value) is less than the minimum \(written)")
        case .maximum: number <= bound || self.fail(keyword, "\(value) is greater than the maximum \(written)")
        case .exclusiveMinimum: number > bound || self.fail(keyword, "\(value) is not greater than \(written)")
        case .exclusiveMaximum: number < bound || self.fail(keyword, "\(value) is not less than \(written)")
        }
    }

    private mutating func passesString(_ check: SchemaCheck, _ value: JSON) -> Bool {
        guard case .string(let text) = value else { return true }
        switch check.rule {
        case .length(let minimum, let maximum):
            let count = text.unicodeScalars.count
            if let minimum, count < minimum {
                return self.fail(check.keyword, "has \(count) characters, fewer than \(minimum)")
            }
            if let maximum, count > maximum {
                return self.fail(check.keyword, "has \(count) characters, more than \(maximum)")
            }
            return true
        case .pattern(let pattern):
            return self.matches(pattern, text)
                || self.fail(check.keyword, "does not match the pattern \(pattern.text.prefix(200))")
        case .format(let name, let format):
            return format.accepts(text) || self.fail(check.keyword, "is not a valid \(name)")
        default: return true
        }
    }

    mutating func matches(_ pattern: JSONPattern, _ text: String) -> Bool {
        do throws(PatternMatcher.Undecided) {
            return try pattern.matches(text)
        } catch {
            self.giveUp("the pattern \(pattern.text.prefix(200)) takes too many steps on a text of this length")
            return false
        }
    }

    private mutating func passesCombination(
        _ check: SchemaCheck, _ value: JSON, _ marks: inout SchemaMarks?
    ) -> Bool {
        switch check.rule {
        case .reference(let node): return self.evaluate(node, value, &marks)
        case .dynamicReference(let fallback, let anchor):
            return self.evaluate(self.dynamicTarget(anchor, fallback: fallback), value, &marks)
        case .all(let nodes):
            var isValid = true
            for node in nodes where !self.evaluate(node, value, &marks) {
                isValid = false
                guard self.wantsMore else { break }
            }
            return isValid
        case .any(let nodes): return self.passesAny(nodes, value, &marks)
        case .one(let nodes): return self.passesOne(nodes, value, &marks)
        case .not(let node):
            var own = marks.map { _ in SchemaMarks(for: value) }
            return !self.silently(node, value, &own) || self.fail(check.keyword, "matches the schema that is excluded")
        case .condition(let condition, let then, let otherwise):
            var own = marks.map { _ in SchemaMarks(for: value) }
            if self.silently(condition, value, &own) {
                if let own { marks?.formUnion(own) }
                return then.map { self.evaluate($0, value, &marks) } ?? true
            }
            return otherwise.map { self.evaluate($0, value, &marks) } ?? true
        default: return true
        }
    }

    private mutating func passesAny(_ nodes: [Int], _ value: JSON, _ marks: inout SchemaMarks?) -> Bool {
        var isValid = false
        for node in nodes {
            var own = marks.map { _ in SchemaMarks(for: value) }
            guard self.silently(node, value, &own) else { continue }
            isValid = true
            guard let own else { break }  // Without marks to collect one match is enough.
            marks?.formUnion(own)
        }
        return isValid || self.failAlternatives("anyOf", nodes, value)
    }

    private mutating func passesOne(_ nodes: [Int], _ value: JSON, _ marks: inout SchemaMarks?) -> Bool {
        var matched: [Int] = []
        var matchedMarks: SchemaMarks?
        for (position, node) in nodes.enumerated() where matched.count < 2 {
            var own = marks.map { _ in SchemaMarks(for: value) }
            guard self.silently(node, value, &own) else { continue }
            matched.append(position + 1)
            matchedMarks = own
        }
        if matched.count == 1 {
            if let matchedMarks { marks?.formUnion(matchedMarks) }
            return true
        }
        guard matched.isEmpty else {
            return self.fail(
                "oneOf", "matches the alternatives \(matched[0]) and \(matched[1]), but must match only one")
        }
        return self.failAlternatives("oneOf", nodes, value)
    }

    /// Says what is wrong with each of the first alternatives. Not again inside such a message, which bounds the work.
    private mutating func failAlternatives(_ keyword: String, _ nodes: [Int], _ value: JSON) -> Bool {
        guard self.wantsMore else { return false }
        guard !self.isExplaining else { return self.fail(keyword, "matches none of the \(nodes.count) alternatives") }
        var reasons: [String] = []
        for (position, node) in nodes.prefix(4).enumerated() {
            if let reason = self.explanation(node, value) { reasons.append("(\(position + 1)) \(reason)") }
        }
        let listing = reasons.joined(separator: "; ")
        return self.fail(keyword, "matches none of the \(nodes.count) alternatives: \(listing)")
    }
}
