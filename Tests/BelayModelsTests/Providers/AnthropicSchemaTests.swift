import BelayJSON
import Testing

@testable import BelayModels

struct AnthropicSchemaTests {
    private func object(_ properties: JSON, required: JSON = ["a"], _ more: [String: JSON] = [:]) -> JSON {
        var schema: JSON = ["type": "object", "properties": properties, "required": required]
        for (key, value) in more { schema[key] = value }
        return schema
    }

    @Test func objectsAreClosed() throws {
        let inner = self.object(["a": ["type": "string", "format": "date"]])
        let taken = try #require(AnthropicSchema.taken(self.object(["a": ["type": "array", "items": inner]])))
        #expect(taken["additionalProperties"] == false)
        #expect(taken["properties"]?["a"]?["items"]?["additionalProperties"] == false)
        #expect(taken["properties"]?["a"]?["items"]?["properties"]?["a"]?["format"] == "date")
    }

    @Test(arguments: [
        #"{"a": {"type": ["string", "null"]}}"#, #"{"a": {"enum": ["x", 1, null]}}"#, #"{"a": {"const": "x"}}"#,
        #"{"a": {"anyOf": [{"type": "string"}, {"type": "null"}], "description": "d"}}"#,
        #"{"a": {"type": "array", "items": {"type": "number"}, "minItems": 1}}"#, ##"{"a": {"$ref": "#/$defs/d"}}"##,
        ##"{"a": {"allOf": [{"$ref": "#/$defs/d"}], "description": "d"}}"##,
        #"{"a": {"allOf": [{"type": "string"}, {"enum": ["x", "y"]}]}}"#,
    ])
    func whatTheVendorDocumentsIsTaken(properties: String) throws {
        let schema = try self.object(JSON.parse(properties), ["$defs": ["d": ["type": "integer"]]])
        #expect(AnthropicSchema.taken(schema) != nil)
    }

    @Test(arguments: [
        #"{"a": {"type": "integer", "minimum": 1}}"#, #"{"a": {"type": "string", "maxLength": 9}}"#,
        #"{"a": {"type": "string", "pattern": "x"}}"#, #"{"a": {"oneOf": [{"type": "string"}]}}"#,
        #"{"a": {"type": "array", "minItems": 2}}"#, #"{"a": {"enum": [{"b": 1}]}}"#, #"{"a": {"type": "object"}}"#,
        #"{"a": {"type": "object", "properties": {}, "additionalProperties": true}}"#, #"{"a": {}}"#, #"{"a": true}"#,
        #"{"a": {"$ref": "https://x.test/schema"}}"#, ##"{"a": {"$ref": "#"}}"##, #"{"a": {"format": "regex"}}"#,
        ##"{"a": {"$ref": "#/$defs/loop"}}"##,
        // Closed by each of its parts, an object could have no member at all.
        #"{"a": {"allOf": [{"type": "object", "properties": {"b": {"type": "null"}}}, {"type": "object", "properties": {}}]}}"#,
        ##"{"a": {"allOf": [{"$ref": "#/$defs/d"}, {"$ref": "#/$defs/d"}]}}"##,
        ##"{"a": {"type": "object", "properties": {}, "$ref": "#/$defs/d"}}"##,
        ##"{"a": {"type": "object", "properties": {}, "allOf": [{"$ref": "#/$defs/d"}]}}"##,
        ##"{"a": {"properties": {}, "anyOf": [{"$ref": "#/$defs/d"}, {"type": "null"}]}}"##,
        ##"{"a": {"anyOf": [{"type": "null"}], "$ref": "#/$defs/d"}}"##,
    ])
    func whatTheVendorRefusesIsNot(properties: String) throws {
        let loop: JSON = ["type": "array", "items": ["$ref": "#/$defs/loop"]]
        let definitions: JSON = properties.contains("loop") ? ["loop": loop] : ["d": ["type": "integer"]]
        #expect(AnthropicSchema.taken(self.object(try JSON.parse(properties), ["$defs": definitions])) == nil)
    }

    @Test func thereIsRoomForSoManyOptionalsAndUnions() {
        func properties(_ count: Int, _ schema: JSON) -> JSON {
            .object(JSON.Object((0..<count).map { ("p\($0)", schema) }))
        }
        #expect(AnthropicSchema.taken(self.object(properties(24, ["type": "string"]), required: [])) != nil)
        #expect(AnthropicSchema.taken(self.object(properties(25, ["type": "string"]), required: [])) == nil)
        let union: JSON = ["type": ["string", "null"]]
        let names = JSON.array((0..<17).map { .string("p\($0)") })
        #expect(AnthropicSchema.taken(self.object(properties(17, union), required: names)) == nil)
    }

    /// Each definition refers to the next: what it costs to follow them is bounded.
    @Test func definitionsAreFollowedUpToSoMany() {
        func chain(_ count: Int) -> JSON {
            var definitions: JSON = ["d\(count)": ["type": "string"]]
            for number in 0..<count { definitions["d\(number)"] = ["$ref": .string("#/$defs/d\(number + 1)")] }
            return self.object(["a": ["$ref": "#/$defs/d0"]], ["$defs": definitions])
        }
        #expect(AnthropicSchema.taken(chain(255)) != nil)
        #expect(AnthropicSchema.taken(chain(256)) == nil)
    }

    @Test func aSchemaThatIsTooDeepIsNot() {
        var schema: JSON = ["type": "string"]
        for _ in 0..<40 { schema = ["type": "array", "items": schema] }
        #expect(AnthropicSchema.taken(schema) == nil)
    }
}
