import BelayCore
import BelayJSON

extension RequestContext {
    /// What a tool is called: letters, digits, `_` and `-`.
    func toolName(_ field: Field, atMost length: Int) throws(IngressProblem) -> String {
        let name = try field.name(atMost: length)
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isPlain else {
            throw field.problem(.badValue, "expected only the characters a-z, A-Z, 0-9, '_' and '-'.")
        }
        return name
    }

    /// A JSON Schema of an object; without one the tool takes no arguments.
    func parameters(_ field: Field?) throws(IngressProblem) -> JSON {
        guard let field else { return ["type": "object", "properties": [:]] }
        try field.object()
        if let type = field["type"], type.json != "object" {
            throw type.problem(.badValue, "the schema of a tool's arguments has to be of type 'object'.")
        }
        return try self.schema(field)
    }

    /// A JSON Schema.
    ///
    /// Patterns in the dialects of other languages, which vendors let pass, are let pass here, too.
    func schema(_ field: Field) throws(IngressProblem) -> JSON {
        do throws(JSONSchema.Invalid) {
            try self.schemas.check(field.json)
        } catch {
            let isPattern = error.path.hasSuffix("/pattern") || error.path.contains("/patternProperties")
            guard isPattern else {
                let place = error.path.isEmpty ? "" : " at \(error.path)"
                throw field.problem(.badValue, "this is no valid JSON Schema\(place): \(error.reason).")
            }
        }
        return field.json
    }

    func requireTools(within limit: Int, of field: Field) throws(IngressProblem) -> [Field] {
        let items = try field.items()
        guard items.count <= limit else {
            throw field.problem(.tooLarge, "a request takes at most \(limit) tools, but got \(items.count).")
        }
        return items
    }

    /// Adds a tool whose name no other has.
    func add(_ tool: ToolDefinition, from field: Field, to tools: inout [ToolDefinition]) throws(IngressProblem) {
        guard !tools.contains(where: { $0.name == tool.name }) else {
            throw field.problem(.badValue, "another tool has the same name.")
        }
        tools.append(tool)
    }

    /// The tool that has to be called must be there.
    func requireTool(
        named name: String, in tools: [ToolDefinition], at field: Field
    ) throws(IngressProblem) -> ToolChoice {
        guard tools.contains(where: { $0.name == name }) else {
            throw field.problem(.badValue, "the tool '\(name.prefix(64))' is not one of 'tools'.")
        }
        return .tool(named: name)
    }

    /// Metadata as OpenAI limits it.
    func metadata(_ field: Field?) throws(IngressProblem) -> JSON.Object {
        guard let field else { return [:] }
        let object = try field.object()
        guard object.count <= 16 else { throw field.problem(.tooLarge, "expected at most 16 pairs.") }
        for key in object.keys {
            guard key.count <= 64 else { throw field.problem(.tooLong, "a key has more than 64 characters.") }
            guard let value = object[key] else { continue }
            let pair = Field(json: value, path: field.path.key(key))
            let text = try pair.string()
            guard text.count <= 512 else { throw pair.problem(.tooLong, "expected at most 512 characters.") }
        }
        return object
    }
}
