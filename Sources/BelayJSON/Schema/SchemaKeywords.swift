/// The keywords of one schema while it is compiled, read with errors that say where.
struct SchemaKeywords {
    let object: JSON.Object
    let location: SchemaLocation
    let dialect: SchemaDialect
    let resource: Int
    private(set) var checks: [SchemaCheck] = []

    init(object: JSON.Object, location: SchemaLocation, dialect: SchemaDialect, resource: Int) {
        self.object = object
        self.location = location
        self.dialect = dialect
        self.resource = resource
    }

    mutating func add(_ keyword: String, _ rule: SchemaCheck.Rule) {
        self.checks.append(SchemaCheck(keyword: keyword, rule: rule))
    }

    func invalid(_ keyword: String, _ index: SchemaIndex, expected: String) -> JSONSchema.Invalid {
        let found = self.object[keyword]?.excerpt ?? "nothing"
        return index.invalid(self.location.appending(keyword), "must be \(expected), not \(found)")
    }

    func string(_ keyword: String, _ index: SchemaIndex) throws(JSONSchema.Invalid) -> String? {
        guard let value = self.object[keyword] else { return nil }
        guard let text = value.stringValue else { throw self.invalid(keyword, index, expected: "a string") }
        return text
    }

    func number(_ keyword: String, _ index: SchemaIndex) throws(JSONSchema.Invalid) -> JSON? {
        guard let value = self.object[keyword] else { return nil }
        switch value {
        case .int, .number: return value
        default: throw self.invalid(keyword, index, expected: "a number")
        }
    }

    /// A non-negative integer; what no `Int` can hold counts as the largest.
    func count(_ keyword: String, _ index: SchemaIndex) throws(JSONSchema.Invalid) -> Int? {
        guard let value = self.object[keyword] else { return nil }
        if let count = value.intValue, count >= 0 { return count }
        guard case .number(let number) = value, number.isInteger, !JSONDecimal(number).isNegative else {
            throw self.invalid(keyword, index, expected: "a non-negative integer")
        }
        return .max
    }

    func array(_ keyword: String, _ index: SchemaIndex) throws(JSONSchema.Invalid) -> [JSON]? {
        guard let value = self.object[keyword] else { return nil }
        guard let values = value.arrayValue else { throw self.invalid(keyword, index, expected: "an array") }
        return values
    }

    func members(_ keyword: String, _ index: SchemaIndex) throws(JSONSchema.Invalid) -> JSON.Object? {
        guard let value = self.object[keyword] else { return nil }
        guard let object = value.objectValue else { throw self.invalid(keyword, index, expected: "an object") }
        return object
    }

    func bool(_ keyword: String, _ index: SchemaIndex) throws(JSONSchema.Invalid) -> Bool {
        guard let value = self.object[keyword] else { return false }
        guard let bool = value.boolValue else { throw self.invalid(keyword, index, expected: "a boolean") }
        return bool
    }

    func strings(_ value: JSON, _ place: SchemaLocation, _ index: SchemaIndex) throws(JSONSchema.Invalid) -> [String] {
        let strings = value.arrayValue?.compactMap(\.stringValue)
        guard let strings, strings.count == value.arrayValue?.count else {
            throw index.invalid(place, "must be an array of strings")
        }
        return strings
    }
}
