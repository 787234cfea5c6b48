import BelayCore
import BelayJSON

extension Gateway {
    /// Gets a value of a schema, which keeps every rule.
    ///
    /// The answer is read, mended where only its form is damaged, and checked. One that is no valid value goes back to its
    /// model once, with what is wrong; then the other paths of the route are asked. Nothing empty, cut off or partial is
    /// taken for a value. All of it happens within the attempts and the time of one call.
    ///
    /// Each answer is an outcome of its own, which a route that learns takes as useless when the answer was no valid value.
    /// The first has the call's name, if that has one, later ones have `.try2` and so on behind it;
    /// ``ModelCallResult/outcome`` names that of the value.
    ///
    /// - Parameters:
    ///   - call: What to ask. Its request's own output schema is replaced.
    ///   - schema: A JSON Schema.
    ///   - rules: What holds beyond the schema. All are asked, so that the model learns all that is wrong at once.
    ///   - ignoringForeignPatterns: Whether patterns in the dialects of other languages constrain nothing, instead of
    ///     making the schema invalid. Default: false.
    /// - Throws: `JSONSchema.Invalid` before anything is sent; `StructuredOutputFailure`, which holds everything that was
    ///   tried, when answers came and none was valid; what a rule throws; else as ``call(_:observe:)``.
    public func structured(
        _ call: ModelCall, schema: JSON, rules: [OutputRule<JSON>] = [],
        ignoringForeignPatterns: Bool = false
    ) async throws -> StructuredOutput {
        var call = call
        call.request.outputSchema = schema
        let reader = try OutputReader(schema: schema, ignoringForeignPatterns: ignoringForeignPatterns)
        return try await self.structured(call, reader: reader, rules: rules)
    }

    /// As above, for a request on its own.
    public func structured(
        _ request: ModelRequest, route: String = "default", schema: JSON, rules: [OutputRule<JSON>] = []
    ) async throws -> StructuredOutput {
        try await self.structured(ModelCall(request: request, route: route), schema: schema, rules: rules)
    }

    /// Gets a value of a Swift type, whose schema is derived from how it is decoded.
    ///
    /// ```swift
    /// let order: Order = try await gateway.value(of: Order.self, "Two teas for table 4, please.")
    /// ```
    ///
    /// - Throws: `JSONSchema.Underivable` before anything is sent, for a type that needs to say its schema itself
    ///   (`JSONSchemaProviding`); else as ``structured(_:schema:rules:)``.
    public func value<Value: Decodable & Sendable>(
        of type: Value.Type = Value.self, _ call: ModelCall, rules: [OutputRule<Value>] = []
    ) async throws -> Value {
        let decodes = OutputRule<JSON>("decodes as \(type)") { json in
            do {
                _ = try json.decode(type)
                return nil
            } catch let error as DecodingError {
                return "the value doesn't fit: \(error.place)"
            }
        }
        let checks = rules.map { rule in
            OutputRule<JSON>(rule.name) { json in
                // What doesn't decode was told by the first rule.
                guard let value = try? json.decode(type) else { return nil }
                return try await rule.problem(value)
            }
        }
        let output = try await self.structured(
            call, schema: JSONSchema.derived(from: type), rules: [decodes] + checks)
        return try output.value.decode(type)
    }

    /// As above, for a request on its own.
    public func value<Value: Decodable & Sendable>(
        of type: Value.Type = Value.self, _ request: ModelRequest, route: String = "default",
        rules: [OutputRule<Value>] = []
    ) async throws -> Value {
        try await self.value(of: type, ModelCall(request: request, route: route), rules: rules)
    }

    /// As above, for one question.
    public func value<Value: Decodable & Sendable>(
        of type: Value.Type = Value.self, _ question: String, route: String = "default",
        rules: [OutputRule<Value>] = []
    ) async throws -> Value {
        try await self.value(of: type, ModelRequest(messages: [.user(question)]), route: route, rules: rules)
    }

    private func structured(
        _ call: ModelCall, reader: OutputReader, rules: [OutputRule<JSON>]
    ) async throws -> StructuredOutput {
        guard let route = self.route(named: call.route) else { throw self.unknownRoute(call.route) }
        var structured = StructuredCall(gateway: self, call: call, route: route, reader: reader, rules: rules)
        return try await structured.run()
    }

    /// Says whether an answer was what its caller needed: an outcome of its path.
    func reportOutput(isValid: Bool, of result: ModelCallResult, to call: ModelCall) {
        self.report(.outputJudged(result.path, task: call.task ?? call.route, isValid: isValid))
        if let id = result.outcome { self.outcomes.note(id, isValid: isValid) }
    }
}

extension DecodingError {
    /// Where it is and what is wrong, without the value.
    fileprivate var place: String {
        let (context, what): (Context, String) =
            switch self {
            case .typeMismatch(let type, let context): (context, "it has to be \(type)")
            case .valueNotFound(let type, let context): (context, "there has to be a value of \(type)")
            case .keyNotFound(let key, let context): (context, "the member \(key.stringValue) is missing")
            case .dataCorrupted(let context): (context, context.debugDescription)
            @unknown default: (Context(codingPath: [], debugDescription: ""), "it can't be decoded")
            }
        let path = context.codingPath.map(\.stringValue).joined(separator: "/")
        return path.isEmpty ? what : "/\(path): \(what)"
    }
}
