extension SchemaCompiler {
    /// `type`, `enum` and `const`.
    mutating func addGeneral(_ keywords: inout SchemaKeywords) throws(JSONSchema.Invalid) {
        if let value = keywords.object["type"] {
            let names = value.stringValue.map { [JSON.string($0)] } ?? value.arrayValue ?? []
            var types: SchemaTypes = []
            for name in names {
                guard let type = name.stringValue.flatMap(SchemaTypes.init(name:)) else {
                    throw self.index.invalid(
                        keywords.location.appending("type"),
                        "\(name.serialized().prefix(40)) is no type: use \(SchemaTypes(rawValue: 127).listing)")
                }
                types.insert(type)
            }
            guard !types.isEmpty else {
                throw keywords.invalid("type", self.index, expected: "the name of a type or an array of them")
            }
            keywords.add("type", .type(types))
        }
        if let values = try keywords.array("enum", self.index) {
            let listing = values.prefix(20).map { $0.serialized().prefix(60) }.joined(separator: ", ")
            keywords.add("enum", .oneOfValues(Set(values), listing: listing + (values.count > 20 ? ", …" : "")))
        }
        if let value = keywords.object["const"] { keywords.add("const", .constant(value)) }
    }

    mutating func addNumbers(_ keywords: inout SchemaKeywords) throws(JSONSchema.Invalid) {
        if let divisor = try keywords.number("multipleOf", self.index) {
            guard let decimal = JSONDecimal(divisor), decimal > JSONDecimal(0) else {
                throw keywords.invalid("multipleOf", self.index, expected: "greater than 0")
            }
            keywords.add("multipleOf", .multiple(of: divisor))
        }
        let limits: [(String, SchemaCheck.Limit)] = [
            ("minimum", .minimum), ("maximum", .maximum), ("exclusiveMinimum", .exclusiveMinimum),
            ("exclusiveMaximum", .exclusiveMaximum),
        ]
        for (keyword, limit) in limits {
            if let value = try keywords.number(keyword, self.index) { keywords.add(keyword, .limit(value, limit)) }
        }
    }

    mutating func addStrings(_ keywords: inout SchemaKeywords) throws(JSONSchema.Invalid) {
        if let minimum = try keywords.count("minLength", self.index) {
            keywords.add("minLength", .length(minimum: minimum, maximum: nil))
        }
        if let maximum = try keywords.count("maxLength", self.index) {
            keywords.add("maxLength", .length(minimum: nil, maximum: maximum))
        }
        if let text = try keywords.string("pattern", self.index),
            let pattern = try self.pattern(text, at: keywords.location.appending("pattern"))
        {
            keywords.add("pattern", .pattern(pattern))
        }
    }

    /// Nil for one of another dialect that constrains nothing.
    func pattern(_ text: String, at place: SchemaLocation) throws(JSONSchema.Invalid) -> JSONPattern? {
        do throws(JSONPattern.Invalid) {
            return try JSONPattern(text)
        } catch {
            if self.ignoresForeignPatterns { return nil }
            throw self.index.invalid(place, "not a regular expression: \(error.reason)")
        }
    }

    mutating func addSizes(_ keywords: inout SchemaKeywords) throws(JSONSchema.Invalid) {
        if let minimum = try keywords.count("minItems", self.index) {
            keywords.add("minItems", .itemCount(minimum: minimum, maximum: nil))
        }
        if let maximum = try keywords.count("maxItems", self.index) {
            keywords.add("maxItems", .itemCount(minimum: nil, maximum: maximum))
        }
        if try keywords.bool("uniqueItems", self.index) { keywords.add("uniqueItems", .uniqueItems) }
        if let minimum = try keywords.count("minProperties", self.index) {
            keywords.add("minProperties", .memberCount(minimum: minimum, maximum: nil))
        }
        if let maximum = try keywords.count("maxProperties", self.index) {
            keywords.add("maxProperties", .memberCount(minimum: nil, maximum: maximum))
        }
        if let required = keywords.object["required"] {
            let place = keywords.location.appending("required")
            keywords.add("required", .required(try keywords.strings(required, place, self.index)))
        }
        if keywords.dialect.draft != .draft7 {
            try self.addDependentRequired(&keywords)
        }
    }

    private mutating func addDependentRequired(_ keywords: inout SchemaKeywords) throws(JSONSchema.Invalid) {
        guard let object = try keywords.members("dependentRequired", self.index) else { return }
        let place = keywords.location.appending("dependentRequired")
        var rules: [(key: String, required: [String])] = []
        for (key, names) in object {
            rules.append((key: key, required: try keywords.strings(names, place.appending(key), self.index)))
        }
        keywords.add("dependentRequired", .requiredWith(rules))
    }

    mutating func addFormat(_ keywords: inout SchemaKeywords) throws(JSONSchema.Invalid) {
        guard let name = try keywords.string("format", self.index) else { return }
        guard self.index.options.assertsFormats || keywords.dialect.assertsFormats,
            let format = SchemaFormat(rawValue: name)
        else { return }
        keywords.add("format", .format(name, format))
    }
}
