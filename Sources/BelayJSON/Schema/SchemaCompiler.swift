/// Turns the schemas of an index into nodes, starting from the root and following every reference.
struct SchemaCompiler {
    var index: SchemaIndex
    private(set) var nodes: [SchemaNode?] = []
    private var nodeByLocation: [SchemaLocation: Int] = [:]
    /// Found but not yet compiled.
    private var pending: [(node: Int, location: SchemaLocation)] = []

    let ignoresForeignPatterns: Bool

    init(options: JSONSchema.Options, registry: JSONSchema.Registry, ignoresForeignPatterns: Bool) {
        self.ignoresForeignPatterns = ignoresForeignPatterns
        self.index = SchemaIndex(options: options, registry: registry)
    }

    /// Returns the root's node.
    mutating func compile(_ document: JSON) throws(JSONSchema.Invalid) -> Int {
        let location = try self.index.add(document, uri: "json-schema:///root")
        let root = self.node(at: location)
        // Every schema of the document is compiled, so that a mistake in an unused definition is found too.
        for location in self.index.locations { _ = self.node(at: location) }
        try self.compilePending()
        return root
    }

    var finishedNodes: [SchemaNode] { self.nodes.map { $0 ?? SchemaNode(resource: 0) } }

    var finishedDynamicAnchors: [[String: Int]] {
        self.index.resources.map { $0.dynamicAnchors.compactMapValues { self.nodeByLocation[$0] } }
    }

    private mutating func compilePending() throws(JSONSchema.Invalid) {
        var seenResources = 0
        while !self.pending.isEmpty || seenResources < self.index.resources.count {
            while let (node, location) = self.pending.popLast() {
                self.nodes[node] = try self.compiled(at: location)
            }
            // Any resource may turn out to be the outermost at run time, so its dynamic anchors are needed.
            for resource in self.index.resources[seenResources...] {
                for location in resource.dynamicAnchors.values { _ = self.node(at: location) }
            }
            seenResources = self.index.resources.count
        }
    }

    /// The node for a schema, compiled now or later.
    mutating func node(at location: SchemaLocation) -> Int {
        if let known = self.nodeByLocation[location] { return known }
        self.nodes.append(nil)
        self.nodeByLocation[location] = self.nodes.count - 1
        self.pending.append((node: self.nodes.count - 1, location: location))
        return self.nodes.count - 1
    }

    private mutating func compiled(at location: SchemaLocation) throws(JSONSchema.Invalid) -> SchemaNode {
        guard let entry = self.index.entries[location] else {
            throw self.index.invalid(location, "no schema is here")
        }
        var node = SchemaNode(resource: entry.resource)
        guard case .object(let object) = entry.value else {
            node.isNever = entry.value == false
            if node.isNever { node.checks = [SchemaCheck(keyword: "false", rule: .never)] }
            return node
        }
        let dialect = self.index.resources[entry.resource].dialect
        var reader = SchemaKeywords(object: object, location: location, dialect: dialect, resource: entry.resource)
        if dialect.draft == .draft7, object["$ref"] != nil {
            try self.addReferences(&reader)
        } else {
            try self.addAll(&reader)
        }
        node.checks = reader.checks
        node.needsMarks = object["unevaluatedProperties"] != nil || object["unevaluatedItems"] != nil
        return node
    }

    private mutating func addAll(_ keywords: inout SchemaKeywords) throws(JSONSchema.Invalid) {
        if keywords.dialect.validates {
            try self.addGeneral(&keywords)
            try self.addNumbers(&keywords)
            try self.addStrings(&keywords)
            try self.addSizes(&keywords)
        }
        try self.addFormat(&keywords)
        try self.addReferences(&keywords)
        if keywords.dialect.appliesSubschemas {
            try self.addObjects(&keywords)
            try self.addArrays(&keywords)
            try self.addCombinations(&keywords)
        }
        if keywords.dialect.checksUnevaluated, keywords.dialect.draft != .draft7 {
            if let node = self.subschema("unevaluatedProperties", keywords) {
                keywords.add("unevaluatedProperties", .unevaluatedProperties(node))
            }
            if let node = self.subschema("unevaluatedItems", keywords) {
                keywords.add("unevaluatedItems", .unevaluatedItems(node))
            }
        }
    }

    /// The index has made sure that it is a schema.
    mutating func subschema(_ keyword: String, _ keywords: SchemaKeywords) -> Int? {
        guard keywords.object[keyword] != nil else { return nil }
        return self.node(at: keywords.location.appending(keyword))
    }

    private mutating func addReferences(_ keywords: inout SchemaKeywords) throws(JSONSchema.Invalid) {
        if let target = try self.target("$ref", &keywords) {
            keywords.add("$ref", .reference(self.node(at: target)))
        }
        switch keywords.dialect.draft {
        case .draft7: break
        case .draft2019:
            guard let target = try self.target("$recursiveRef", &keywords) else { break }
            try self.addDynamic("$recursiveRef", target, anchor: SchemaIndex.recursiveAnchor, &keywords)
        case .draft2020:
            guard let target = try self.target("$dynamicRef", &keywords),
                let reference = keywords.object["$dynamicRef"]?.stringValue
            else { break }
            let anchor = SchemaURI(reference).fragment.map(String.init) ?? ""
            try self.addDynamic("$dynamicRef", target, anchor: anchor, &keywords)
        }
    }

    private mutating func target(
        _ keyword: String, _ keywords: inout SchemaKeywords
    ) throws(JSONSchema.Invalid) -> SchemaLocation? {
        guard let reference = try keywords.string(keyword, self.index) else { return nil }
        return try self.index.resolve(
            reference, from: keywords.resource, at: keywords.location.appending(keyword))
    }

    /// Dynamic only if the reference by itself leads to a dynamic anchor of that name; else an ordinary reference.
    private mutating func addDynamic(
        _ keyword: String, _ target: SchemaLocation, anchor: String, _ keywords: inout SchemaKeywords
    ) throws(JSONSchema.Invalid) {
        let resource = self.index.entries[target]?.resource ?? keywords.resource
        let node = self.node(at: target)
        if self.index.resources[resource].dynamicAnchors[anchor] == target {
            keywords.add(keyword, .dynamicReference(fallback: node, anchor: anchor))
        } else {
            keywords.add(keyword, .reference(node))
        }
    }
}
