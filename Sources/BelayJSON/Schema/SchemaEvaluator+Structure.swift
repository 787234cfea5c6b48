extension SchemaEvaluator {
    mutating func passesObject(
        _ check: SchemaCheck, _ object: JSON.Object, _ value: JSON, _ marks: inout SchemaMarks?
    ) -> Bool {
        switch check.rule {
        case .memberCount(let minimum, let maximum):
            if let minimum, object.count < minimum {
                return self.fail(check.keyword, "has \(object.count) properties, fewer than \(minimum)")
            }
            if let maximum, object.count > maximum {
                return self.fail(check.keyword, "has \(object.count) properties, more than \(maximum)")
            }
            return true
        case .required(let keys): return self.requires(keys, in: object, check.keyword, because: nil)
        case .requiredWith(let rules):
            var isValid = true
            for rule in rules where object[rule.key] != nil {
                if !self.requires(rule.required, in: object, check.keyword, because: rule.key) { isValid = false }
            }
            return isValid
        case .schemasWith(let rules):
            var isValid = true
            for rule in rules where object[rule.key] != nil {
                if !self.evaluate(rule.node, value, &marks) { isValid = false }
            }
            return isValid
        case .properties(let properties): return self.passes(properties, object, &marks)
        case .propertyNames(let node):
            var isValid = true
            for member in object.members where !self.descend(.key(member.key), node, .string(member.key)) {
                isValid = false
                guard self.wantsMore else { break }
            }
            return isValid
        case .unevaluatedProperties(let node): return self.passesUnevaluatedProperties(node, object, &marks)
        default: return true
        }
    }

    private mutating func requires(
        _ keys: [String], in object: JSON.Object, _ keyword: String, because trigger: String?
    ) -> Bool {
        var isValid = true
        for key in keys where object[key] == nil {
            let reason = trigger.map { " when '\($0)' is present" } ?? ""
            isValid = self.fail(keyword, "the property '\(key)' is required\(reason)")
            guard self.wantsMore else { break }
        }
        return isValid
    }

    private mutating func passes(
        _ properties: SchemaProperties, _ object: JSON.Object, _ marks: inout SchemaMarks?
    ) -> Bool {
        var isValid = true
        for (position, member) in object.members.enumerated() {
            var isKnown = false
            if let node = properties.named[JSON.Object.IndexKey(text: member.key)] {
                isKnown = true
                if !self.descend(.key(member.key), node, member.value) { isValid = false }
            }
            for (pattern, node) in properties.patterns where self.matches(pattern, member.key) {
                isKnown = true
                if !self.descend(.key(member.key), node, member.value) { isValid = false }
            }
            if !isKnown, let node = properties.additional {
                isKnown = true
                if !self.passesExtra(member, node, "additionalProperties") { isValid = false }
            }
            if isKnown { marks?.mark(position) }
            guard isValid || self.wantsMore else { break }
        }
        return isValid
    }

    /// A member that only `additionalProperties` or `unevaluatedProperties` speaks of.
    private mutating func passesExtra(_ member: JSON.Object.Member, _ node: Int, _ keyword: String) -> Bool {
        if self.schema.nodes[node].isNever {
            return self.fail(keyword, "the property '\(member.key)' is not allowed")
        }
        return self.descend(.key(member.key), node, member.value)
    }

    private mutating func passesUnevaluatedProperties(
        _ node: Int, _ object: JSON.Object, _ marks: inout SchemaMarks?
    ) -> Bool {
        var isValid = true
        for (position, member) in object.members.enumerated() where marks?.flags[position] == false {
            if !self.passesExtra(member, node, "unevaluatedProperties") { isValid = false }
            guard isValid || self.wantsMore else { break }
        }
        marks?.markAll()
        return isValid
    }

    mutating func passesArray(
        _ check: SchemaCheck, _ items: [JSON], _ value: JSON, _ marks: inout SchemaMarks?
    ) -> Bool {
        switch check.rule {
        case .itemCount(let minimum, let maximum):
            if let minimum, items.count < minimum {
                return self.fail(check.keyword, "has \(items.count) items, fewer than \(minimum)")
            }
            if let maximum, items.count > maximum {
                return self.fail(check.keyword, "has \(items.count) items, more than \(maximum)")
            }
            return true
        case .uniqueItems: return self.passesUnique(items, check.keyword)
        case .items(let prefix, let rest): return self.passesItems(items, prefix: prefix, rest: rest, &marks)
        case .contains(let node, let minimum, let maximum, let marksItems):
            var count = 0
            for (position, item) in items.enumerated() where self.descendSilently(.index(position), node, item) {
                count += 1
                if marksItems { marks?.mark(position) }
            }
            if count < minimum { return self.fail(check.keyword, "\(count) items match, fewer than \(minimum)") }
            if let maximum, count > maximum {
                return self.fail(check.keyword, "\(count) items match, more than \(maximum)")
            }
            return true
        case .unevaluatedItems(let node):
            var isValid = true
            for (position, item) in items.enumerated() where marks?.flags[position] == false {
                if !self.passesExtra(item, at: position, node, check.keyword) { isValid = false }
                guard isValid || self.wantsMore else { break }
            }
            marks?.markAll()
            return isValid
        default: return true
        }
    }

    private mutating func passesUnique(_ items: [JSON], _ keyword: String) -> Bool {
        var positions: [JSON: Int] = [:]
        for (position, item) in items.enumerated() {
            if let first = positions.updateValue(position, forKey: item) {
                return self.fail(keyword, "the items \(first) and \(position) are equal")
            }
        }
        return true
    }

    private mutating func passesItems(
        _ items: [JSON], prefix: [Int], rest: Int?, _ marks: inout SchemaMarks?
    ) -> Bool {
        var isValid = true
        for (position, item) in items.enumerated() {
            if position < prefix.count {
                if !self.descend(.index(position), prefix[position], item) { isValid = false }
            } else if let rest {
                if !self.passesExtra(item, at: position, rest, "items") { isValid = false }
            } else {
                break
            }
            marks?.mark(position)
            guard isValid || self.wantsMore else { break }
        }
        return isValid
    }

    private mutating func passesExtra(_ item: JSON, at position: Int, _ node: Int, _ keyword: String) -> Bool {
        if self.schema.nodes[node].isNever { return self.fail(keyword, "the item \(position) is not allowed") }
        return self.descend(.index(position), node, item)
    }
}
