extension JSONSchema {
    /// The documents that schemas may refer to besides themselves, by absolute URI.
    public struct Registry: Sendable {
        private var documents: [String: JSON] = [:]

        public init() {}

        /// Makes a document known under a URI (a fragment is ignored); it is read when a schema refers to it.
        public mutating func add(_ document: JSON, at uri: String) {
            self.documents[SchemaURI.withoutFragment(uri)] = document
        }

        func document(at uri: String) -> JSON? { self.documents[uri] ?? Metaschemas.document(at: uri) }
    }
}
