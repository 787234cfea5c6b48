import BelayJSON
import Hummingbird

/// The description of the interface, made from the same table that serves it.
struct OpenAPIDocument: Sendable {
    let endpoints: [Endpoint]

    /// Serves the description of `endpoints` and of itself.
    static func endpoint(describing endpoints: [Endpoint]) -> Endpoint {
        var endpoint = Endpoint(
            method: .get, path: "/openapi.json", operation: "openAPI", summary: "This description, as OpenAPI 3.1.",
            answer: ["type": "object"]
        ) { _ in .json([:]) }
        let document = Self(endpoints: endpoints + [endpoint]).json.bytes()
        endpoint.handle = { _ in .json(document) }
        return endpoint
    }

    var json: JSON {
        var paths = JSON.Object()
        for endpoint in self.endpoints {
            var operations = paths[endpoint.path] ?? [:]
            operations[endpoint.method.rawValue.lowercased()] = Self.operation(endpoint)
            paths[endpoint.path] = operations
        }
        return [
            "openapi": "3.1.0", "info": ["title": "Belay", "version": "0.1.0"], "paths": .object(paths),
            "components": [
                "schemas": .object(Self.schemas),
                "securitySchemes": [
                    "bearer": ["type": "http", "scheme": "bearer"],
                    "key": ["type": "apiKey", "in": "header", "name": "x-api-key"],
                ],
            ],
            "security": [["bearer": []], ["key": []], [:]],
        ]
    }

    private static var schemas: JSON.Object {
        var schemas: JSON.Object = ["Problem": Schemas.problem]
        for (name, schema) in EventSchemas.components { schemas[name] = schema }
        return schemas
    }

    private static func operation(_ endpoint: Endpoint) -> JSON {
        let parameters: [JSON] = endpoint.parameters.map { parameter in
            [
                "name": .string(parameter.name), "in": .string(parameter.place),
                "required": .bool(parameter.place == "path"), "schema": parameter.schema,
                "description": .string(parameter.description),
            ]
        }
        var content: JSON.Object = ["application/json": ["schema": endpoint.answer]]
        if endpoint.streams {
            content["text/event-stream"] = [
                "schema": [
                    "type": "string",
                    "description":
                        "Server-sent events. Those with an `id` are of the journal: `event` is the type, `data` an Event.",
                ]
            ]
        }
        var operation: JSON = [
            "operationId": .string(endpoint.operation), "summary": .string(endpoint.summary),
            "parameters": .array(parameters),
            "responses": [
                "2XX": ["description": "Done.", "content": .object(content)],
                "default": [
                    "description": "Refused or failed; nothing was changed unless the problem says so.",
                    "content": ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]],
                ],
            ],
        ]
        if let body = endpoint.body {
            let isRequired = body["required"]?.arrayValue?.isEmpty == false
            operation["requestBody"] = [
                "required": .bool(isRequired), "content": ["application/json": ["schema": body]],
            ]
        }
        return operation
    }
}
