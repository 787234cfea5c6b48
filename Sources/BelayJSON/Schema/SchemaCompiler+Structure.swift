extension SchemaCompiler {
    mutating func addObjects(_ keywords: inout SchemaKeywords) throws(JSONSchema.Invalid) {
        var properties = SchemaProperties()
        let place = keywords.location
        for key in try keywords.members("properties", self.index)?.keys ?? [] {
            let node = self.node(at: place.appending("properties").appending(key))
            properties.named[JSON.Object.IndexKey(text: key)] = node
        }
        var isForeign = false
        for key in try keywords.members("patternProperties", self.index)?.keys ?? [] {
            let own = place.appending("patternProperties").appending(key)
            if let pattern = try self.pattern(key, at: own) {
                properties.patterns.append((pattern: pattern, node: self.node(at: own)))
            } else {
                isForeign = true
            }
        }
        if !isForeign { properties.additional = self.subschema("additionalProperties", keywords) }
        if !properties.named.isEmpty || !properties.patterns.isEmpty || properties.additional != nil {
            keywords.add("additionalProperties", .properties(properties))
        }
        if let node = self.subschema("propertyNames", keywords) { keywords.add("propertyNames", .propertyNames(node)) }
        if keywords.dialect.draft != .draft7,
            let schemas = try keywords.members("dependentSchemas", self.index)
        {
            let own = place.appending("dependentSchemas")
            keywords.add(
                "dependentSchemas",
                .schemasWith(schemas.keys.map { (key: $0, node: self.node(at: own.appending($0))) }))
        }
        try self.addDependencies(&keywords)
    }

    /// Draft 7's keyword, which later drafts still allow for compatibility.
    private mutating func addDependencies(_ keywords: inout SchemaKeywords) throws(JSONSchema.Invalid) {
        guard let dependencies = try keywords.members("dependencies", self.index) else { return }
        let place = keywords.location.appending("dependencies")
        var required: [(key: String, required: [String])] = []
        var schemas: [(key: String, node: Int)] = []
        for (key, value) in dependencies {
            if value.arrayValue != nil {
                required.append((key: key, required: try keywords.strings(value, place.appending(key), self.index)))
            } else {
                schemas.append((key: key, node: self.node(at: place.appending(key))))
            }
        }
        if !required.isEmpty { keywords.add("dependencies", .requiredWith(required)) }
        if !schemas.isEmpty { keywords.add("dependencies", .schemasWith(schemas)) }
    }

    mutating func addArrays(_ keywords: inout SchemaKeywords) throws(JSONSchema.Invalid) {
        var prefix: [Int] = []
        var rest: Int?
        let isLegacy = keywords.dialect.draft != .draft2020
        let prefixKeyword = isLegacy ? "items" : "prefixItems"
        if case .array(let schemas) = keywords.object[prefixKeyword] {
            let place = keywords.location.appending(prefixKeyword)
            prefix = schemas.indices.map { self.node(at: place.appending(String($0))) }
            rest = self.subschema(isLegacy ? "additionalItems" : "items", keywords)
        } else if keywords.object["prefixItems"] != nil, !isLegacy {
            throw keywords.invalid("prefixItems", self.index, expected: "an array of schemas")
        } else {
            rest = self.subschema("items", keywords)
        }
        if !prefix.isEmpty || rest != nil { keywords.add("items", .items(prefix: prefix, rest: rest)) }
        try self.addContains(&keywords)
    }

    private mutating func addContains(_ keywords: inout SchemaKeywords) throws(JSONSchema.Invalid) {
        var minimum: Int?
        var maximum: Int?
        if keywords.dialect.draft != .draft7, keywords.dialect.validates {
            minimum = try keywords.count("minContains", self.index)
            maximum = try keywords.count("maxContains", self.index)
        }
        guard let node = self.subschema("contains", keywords) else { return }
        // Only since 2020-12 do the items found count as evaluated.
        let marks = keywords.dialect.draft == .draft2020
        keywords.add("contains", .contains(node, minimum: minimum ?? 1, maximum: maximum, marks: marks))
    }

    mutating func addCombinations(_ keywords: inout SchemaKeywords) throws(JSONSchema.Invalid) {
        if let nodes = try self.subschemas("allOf", keywords) { keywords.add("allOf", .all(nodes)) }
        if let nodes = try self.subschemas("anyOf", keywords) { keywords.add("anyOf", .any(nodes)) }
        if let nodes = try self.subschemas("oneOf", keywords) { keywords.add("oneOf", .one(nodes)) }
        if let node = self.subschema("not", keywords) { keywords.add("not", .not(node)) }
        let then = self.subschema("then", keywords)
        let otherwise = self.subschema("else", keywords)
        if let condition = self.subschema("if", keywords) {
            keywords.add("if", .condition(if: condition, then: then, else: otherwise))
        }
    }

    private mutating func subschemas(
        _ keyword: String, _ keywords: SchemaKeywords
    ) throws(JSONSchema.Invalid) -> [Int]? {
        guard let schemas = try keywords.array(keyword, self.index) else { return nil }
        guard !schemas.isEmpty else {
            throw self.index.invalid(keywords.location.appending(keyword), "must have at least one schema")
        }
        let place = keywords.location.appending(keyword)
        return schemas.indices.map { self.node(at: place.appending(String($0))) }
    }
}
