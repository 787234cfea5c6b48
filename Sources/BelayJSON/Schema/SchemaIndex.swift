/// Where in which document a schema is.
struct SchemaLocation: Hashable {
    let document: Int
    let pointer: String

    func appending(_ token: String) -> SchemaLocation {
        SchemaLocation(document: self.document, pointer: JSONPointer.appending(token, to: self.pointer))
    }
}

/// The schemas of all documents read so far, with their base URIs and anchors.
struct SchemaIndex {
    static let maximumDepth = 256

    struct Resource {
        let uri: String
        let location: SchemaLocation
        let dialect: SchemaDialect
        var anchors: [String: SchemaLocation] = [:]
        var dynamicAnchors: [String: SchemaLocation] = [:]
    }

    struct Entry {
        let value: JSON
        let resource: Int
    }

    /// The name under which `$recursiveAnchor: true` is kept among the dynamic anchors; no anchor can be written so.
    static let recursiveAnchor = "$recursiveAnchor"

    let options: JSONSchema.Options
    let registry: JSONSchema.Registry
    private(set) var resources: [Resource] = []
    private(set) var entries: [SchemaLocation: Entry] = [:]
    /// In the order of the documents, so that the first error found is always the same.
    private(set) var locations: [SchemaLocation] = []
    private var resourceByURI: [String: Int] = [:]
    private(set) var documentURIs: [String] = []

    init(options: JSONSchema.Options, registry: JSONSchema.Registry) {
        self.options = options
        self.registry = registry
    }

    func invalid(_ location: SchemaLocation, _ reason: String) -> JSONSchema.Invalid {
        let uri = location.document == 0 ? "" : self.documentURIs[location.document] + "#"
        return JSONSchema.Invalid(path: uri + location.pointer, reason: reason)
    }

    /// Reads a document and returns where its root is.
    mutating func add(_ document: JSON, uri: String) throws(JSONSchema.Invalid) -> SchemaLocation {
        let location = SchemaLocation(document: self.documentURIs.count, pointer: "")
        self.documentURIs.append(uri)
        let dialect = try self.dialect(of: document, at: location) ?? SchemaDialect(self.options.defaultDraft)
        let resource = self.addResource(uri: uri, at: location, dialect: dialect)
        try self.add(document, at: location, resource: resource, depth: 0)
        return location
    }

    private mutating func addResource(uri: String, at location: SchemaLocation, dialect: SchemaDialect) -> Int {
        self.resources.append(Resource(uri: uri, location: location, dialect: dialect))
        if self.resourceByURI[uri] == nil { self.resourceByURI[uri] = self.resources.count - 1 }
        return self.resources.count - 1
    }

    private mutating func add(
        _ value: JSON, at location: SchemaLocation, resource outer: Int, depth: Int
    ) throws(JSONSchema.Invalid) {
        guard depth < Self.maximumDepth else { throw self.invalid(location, "nested deeper than 256 levels") }
        var resource = outer
        guard case .object(let object) = value else {
            guard value.boolValue != nil else {
                throw self.invalid(location, "a schema must be an object or a boolean, not \(value.excerpt)")
            }
            return self.insert(Entry(value: value, resource: resource), at: location)
        }
        // Beside `$ref` draft 7 ignores everything, a new base URI included.
        if !(self.resources[outer].dialect.draft == .draft7 && object["$ref"] != nil) {
            resource = try self.identify(object, at: location, within: outer)
        }
        self.insert(Entry(value: value, resource: resource), at: location)
        try self.addSubschemas(of: object, at: location, resource: resource, depth: depth)
    }

    private mutating func insert(_ entry: Entry, at location: SchemaLocation) {
        if self.entries.updateValue(entry, forKey: location) == nil { self.locations.append(location) }
    }

    /// The resource of a schema: its own if it has an `$id`. Also notes its anchors.
    private mutating func identify(
        _ object: JSON.Object, at location: SchemaLocation, within outer: Int
    ) throws(JSONSchema.Invalid) -> Int {
        var resource = outer
        if let id = try self.string("$id", in: object, at: location) {
            guard let (uri, fragment) = SchemaURI.resolve(id, against: self.resources[outer].uri) else {
                throw self.invalid(location, "'$id' is not a URI reference")
            }
            if !id.hasPrefix("#") {
                let dialect = try self.dialect(of: .object(object), at: location) ?? self.resources[outer].dialect
                resource = self.addResource(uri: uri, at: location, dialect: dialect)
                // A document is also known by the URI under which it was found.
                if location.pointer.isEmpty { self.resourceByURI[self.documentURIs[location.document]] = resource }
            }
            if !fragment.isEmpty {
                guard self.resources[resource].dialect.draft == .draft7 else {
                    throw self.invalid(location, "'$id' must not have a fragment; use '$anchor'")
                }
                self.resources[resource].anchors[fragment] = location
            }
        }
        guard self.resources[resource].dialect.draft != .draft7 else { return resource }
        if let anchor = try self.string("$anchor", in: object, at: location) {
            self.resources[resource].anchors[anchor] = location
        }
        if self.resources[resource].dialect.draft == .draft2020,
            let anchor = try self.string("$dynamicAnchor", in: object, at: location)
        {
            self.resources[resource].anchors[anchor] = location
            self.resources[resource].dynamicAnchors[anchor] = location
        }
        if self.resources[resource].dialect.draft == .draft2019, object["$recursiveAnchor"] == true {
            self.resources[resource].dynamicAnchors[Self.recursiveAnchor] = location
        }
        return resource
    }

    private func string(
        _ keyword: String, in object: JSON.Object, at location: SchemaLocation
    ) throws(JSONSchema.Invalid) -> String? {
        guard let value = object[keyword] else { return nil }
        guard let text = value.stringValue else {
            throw self.invalid(location.appending(keyword), "must be a string, not \(value.excerpt)")
        }
        return text
    }

    private mutating func addSubschemas(
        of object: JSON.Object, at location: SchemaLocation, resource: Int, depth: Int
    ) throws(JSONSchema.Invalid) {
        let keywords = self.resources[resource].dialect.subschemas
        for (keyword, value) in object {
            let place = location.appending(keyword)
            switch value {
            case .array(let schemas) where keywords.list.contains(keyword):
                for (index, schema) in schemas.enumerated() {
                    try self.add(schema, at: place.appending(String(index)), resource: resource, depth: depth + 1)
                }
            case .object(let schemas) where keywords.map.contains(keyword):
                for (key, schema) in schemas {
                    if keyword == "dependencies", schema.arrayValue != nil { continue }
                    try self.add(schema, at: place.appending(key), resource: resource, depth: depth + 1)
                }
            default:
                guard keywords.single.contains(keyword) else { continue }
                try self.add(value, at: place, resource: resource, depth: depth + 1)
            }
        }
    }

    private func dialect(of document: JSON, at location: SchemaLocation) throws(JSONSchema.Invalid) -> SchemaDialect? {
        guard let value = document["$schema"] else { return nil }
        let place = location.appending("$schema")
        guard let uri = value.stringValue else { throw self.invalid(place, "must be a string, not \(value.excerpt)") }
        if let draft = SchemaDialect.standard(uri) { return SchemaDialect(draft) }
        guard let metaschema = self.registry.document(at: SchemaURI.withoutFragment(uri)) else {
            throw self.invalid(
                place, "'\(uri)' is unknown: use draft 2020-12, 2019-09 or 7, or register the metaschema under this URI"
            )
        }
        let draft = metaschema["$schema"]?.stringValue.flatMap(SchemaDialect.standard) ?? self.options.defaultDraft
        do throws(SchemaDialect.Unsupported) {
            return try SchemaDialect(draft, metaschema: metaschema)
        } catch {
            throw self.invalid(place, "'\(uri)' requires the vocabulary '\(error.vocabulary)', which is not supported")
        }
    }

    /// Where a reference leads, reading the document from the registry if need be.
    mutating func resolve(
        _ reference: String, from resource: Int, at place: SchemaLocation
    ) throws(JSONSchema.Invalid) -> SchemaLocation {
        guard let (uri, fragment) = SchemaURI.resolve(reference, against: self.resources[resource].uri) else {
            throw self.invalid(place, "'\(reference)' is not a URI reference")
        }
        if self.resourceByURI[uri] == nil {
            guard let document = self.registry.document(at: uri) else {
                throw self.invalid(place, "'\(reference)' leads to '\(uri)', which is not registered")
            }
            _ = try self.add(document, uri: uri)
        }
        guard let target = self.resourceByURI[uri] else {
            throw self.invalid(place, "'\(reference)' leads nowhere")
        }
        if fragment.isEmpty { return self.resources[target].location }
        if fragment.hasPrefix("/") { return try self.follow(fragment, from: target, reference, at: place) }
        guard let location = self.resources[target].anchors[fragment] else {
            throw self.invalid(place, "'\(reference)' names the anchor '\(fragment)', which does not exist")
        }
        return location
    }

    private mutating func follow(
        _ pointer: String, from target: Int, _ reference: String, at place: SchemaLocation
    ) throws(JSONSchema.Invalid) -> SchemaLocation {
        var location = self.resources[target].location
        var resource = target
        guard let tokens = JSONPointer.tokens(pointer), var value = self.entries[location]?.value else {
            throw self.invalid(place, "'\(reference)' has no valid JSON Pointer as its fragment")
        }
        for token in tokens {
            guard let next = JSONPointer.value(token, in: value) else {
                throw self.invalid(place, "'\(reference)' leads nowhere: there is no '\(token)'")
            }
            value = next
            location = location.appending(token)
            if let entry = self.entries[location] { resource = entry.resource }
        }
        // A schema in a place that is none by its keyword is read only now.
        if self.entries[location] == nil {
            try self.add(value, at: location, resource: resource, depth: tokens.count)
        }
        return location
    }
}
