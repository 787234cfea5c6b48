import BelayJSON
import Testing

struct JSONSchemaTests {
    private func violations(_ schema: JSON, _ instance: JSON, formats: Bool = false) throws -> [JSONSchema.Violation] {
        var options = JSONSchema.Options()
        options.assertsFormats = formats
        return try JSONSchema(schema, options: options).validate(instance)
    }

    private let order: JSON = [
        "type": "object", "required": ["id", "lines"], "additionalProperties": false,
        "properties": [
            "id": ["type": "string", "minLength": 3],
            "lines": [
                "type": "array", "minItems": 1,
                "items": [
                    "type": "object", "required": ["amount"],
                    "properties": ["amount": ["type": "integer", "minimum": 1], "unit/price": ["type": "number"]],
                ],
            ],
            "state": ["enum": ["open", "done"]],
        ],
    ]

    @Test func listsEveryViolationWithItsPlace() throws {
        let found = try self.violations(
            self.order,
            ["id": "a", "lines": [["amount": 0], [:], ["amount": 1, "unit/price": "x"]], "state": "lost", "more": 1])
        #expect(
            Set(found.map { "\($0.keyword) \($0)" }) == [
                "minLength /id: has 1 characters, fewer than 3",
                "minimum /lines/0/amount: 0 is less than the minimum 1",
                "required /lines/1: the property 'amount' is required",
                "type /lines/2/unit~1price: expected number but found a value of type string",
                "enum /state: must be one of \"open\", \"done\"",
                "additionalProperties the value: the property 'more' is not allowed",
            ])
        #expect(try self.violations(self.order, ["id": "abc", "lines": [["amount": 1]]]).isEmpty)
    }

    @Test func explainsAlternatives() throws {
        let schema: JSON = ["anyOf": [["type": "string"], ["type": "object", "required": ["a"]]]]
        let found = try self.violations(schema, [:])
        #expect(found.map(\.keyword) == ["anyOf"])
        #expect(found[0].message.contains("(1) the value: expected string but found a value of type object"))
        #expect(found[0].message.contains("(2) the value: the property 'a' is required"))
        let both = try self.violations(["oneOf": [["type": "integer"], ["minimum": 2]]], 3)
        #expect(both.map(\.message) == ["matches the alternatives 1 and 2, but must match only one"])
    }

    @Test func stopsAtTheGreatestNumberOfViolations() throws {
        var options = JSONSchema.Options()
        options.maximumViolations = 5
        let schema = try JSONSchema(["items": ["type": "string"]], options: options)
        #expect(schema.validate(.array(Array(repeating: 1, count: 1000))).count == 5)
        #expect(try self.violations(["items": false], .array(Array(repeating: 1, count: 1000))).count == 32)
    }

    @Test(
        arguments: [
            (["type": "strin"], "/type"), (["type": []], "/type"),
            (["properties": ["a": ["minimum": "1"]]], "/properties/a/minimum"),
            (["properties": []], "/properties"), (["required": "a"], "/required"), (["required": [1]], "/required"),
            (["$ref": "#/$defs/missing"], "/$ref"), (["$ref": "#missing"], "/$ref"),
            (["$ref": "https://example.com/other"], "/$ref"), (["pattern": "("], "/pattern"), (["allOf": []], "/allOf"),
            (["patternProperties": ["[": true]], "/patternProperties/["), (["minLength": -1], "/minLength"),
            (["minLength": 1.5], "/minLength"), (["multipleOf": 0], "/multipleOf"), (["items": [true]], "/items"),
            (["anyOf": [true, 1]], "/anyOf/1"), (["$defs": ["unused": ["type": 1]]], "/$defs/unused/type"),
            (["$schema": "https://example.com/unknown"], "/$schema"), (["enum": "a"], "/enum"), ([], ""), ("x", ""),
            (["$id": "https://example.com/a#b"], ""), (["uniqueItems": 1], "/uniqueItems"), (["format": 1], "/format"),
            (["dependentRequired": ["a": "b"]], "/dependentRequired/a"), (["not": 1], "/not"),
        ] as [(JSON, String)])
    func refusesInvalidSchemasAndSaysWhere(schema: JSON, path: String) {
        let error = #expect(throws: JSONSchema.Invalid.self) { try JSONSchema(schema) }
        #expect(error?.path == path)
        #expect(error?.reason.isEmpty == false)
    }

    @Test func endlessReferencesEndUndecided() throws {
        for schema: JSON in [
            ["$ref": "#"], ["allOf": [["$ref": "#"], ["$ref": "#"]]], ["not": ["$ref": "#"]],
            ["$defs": ["a": ["$ref": "#/$defs/b"], "b": ["anyOf": [["$ref": "#/$defs/a"]]]], "$ref": "#/$defs/a"],
        ] {
            let compiled = try JSONSchema(schema)
            #expect(compiled.validate(1).map(\.keyword) == ["$limit"])
            #expect(!compiled.accepts(1))
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func exponentialSchemasEndUndecided() throws {
        var definitions: JSON = ["d0": ["type": "string"]]
        for level in 1...40 {
            let reference: JSON = ["$ref": .string("#/$defs/d\(level - 1)")]
            definitions["d\(level)"] = ["anyOf": [["allOf": [reference, false]], reference, ["not": reference]]]
        }
        var options = JSONSchema.Options()
        options.maximumSteps = 10_000
        let schema = try JSONSchema(["$defs": definitions, "not": ["$ref": "#/$defs/d40"]], options: options)
        #expect(schema.validate(1).last?.keyword == "$limit")
    }

    @Test func instancesOfTheParsersDepthAreValidated() throws {
        let schema = try JSONSchema(["anyOf": [["type": "integer"], ["items": ["$ref": "#"], "type": "array"]]])
        var deep: JSON = 1
        for _ in 0..<128 { deep = [deep] }
        #expect(schema.validate(deep).isEmpty)
        for _ in 0..<1000 { deep = [deep] }
        #expect(schema.validate(deep).map(\.keyword) == ["$limit"])
    }

    @Test(.timeLimit(.minutes(5)))
    func hostilePatternsEndInTime() throws {
        let text = JSON.string(String(repeating: "a", count: 5_000) + "!")
        #expect(try self.violations(["pattern": "^(a+)+$"], text).map(\.keyword) == ["pattern"])
        #expect(try self.violations(["pattern": "^(a|a|aa)*$"], text).map(\.keyword) == ["pattern"])
        #expect(try self.violations(["pattern": "(.*)\\1(.*)\\2$b"], text).map(\.keyword) == ["$limit"])
        let undecided = try self.violations(["not": ["pattern": "^((a*)*\\1)*b$"]], text)
        #expect(undecided.map(\.keyword) == ["$limit"])
    }

    @Test func readsDocumentsFromTheRegistryOnly() throws {
        var registry = JSONSchema.Registry()
        registry.add(["$defs": ["id": ["type": "string"]]], at: "https://example.com/common.json")
        let schema = try JSONSchema(
            ["$id": "https://example.com/order.json", "properties": ["id": ["$ref": "common.json#/$defs/id"]]],
            registry: registry)
        #expect(schema.validate(["id": 1]).map(\.instancePath) == ["/id"])
        #expect(schema.validate(["id": "x"]).isEmpty)
        let broken = JSON.object(["type": 1])
        registry.add(broken, at: "https://example.com/broken.json")
        let error = #expect(throws: JSONSchema.Invalid.self) {
            try JSONSchema(["$ref": "https://example.com/broken.json"], registry: registry)
        }
        #expect(error?.path == "https://example.com/broken.json#/type")
    }

    @Test(arguments: ["https://json-schema.org/draft/2020-12/schema", "http://json-schema.org/draft-07/schema#"])
    func metaschemasAreBuiltInAndAcceptThemselves(uri: String) throws {
        let metaschema = try JSONSchema(["$ref": .string(uri)])
        #expect(metaschema.accepts(["$schema": .string(uri), "type": "object", "properties": ["a": ["minimum": 1]]]))
        let found = metaschema.validate(["properties": ["a": ["minimum": "1"]]])
        #expect(found.map(\.instancePath) == ["/properties/a/minimum"])
        #expect(!metaschema.accepts(["type": "strin"]))
        #expect(metaschema.accepts(true) && !metaschema.accepts(1))
    }

    @Test func choosesTheDraftBySchemaAndElseByOption() throws {
        let tuple: JSON = ["items": [["type": "string"], ["type": "integer"]], "additionalItems": false]
        var options = JSONSchema.Options()
        options.defaultDraft = .draft7
        #expect(try !JSONSchema(tuple, options: options).accepts(["a", 1, 2]))
        var draft7 = tuple
        draft7["$schema"] = "http://json-schema.org/draft-07/schema#"
        #expect(try JSONSchema(draft7).accepts(["a", 1]))
        #expect(throws: JSONSchema.Invalid.self) { try JSONSchema(tuple) }
    }

    @Test(arguments: [
        ("0.1", "1.1", true), ("0.01", "19.99", true), ("0.1", "0.35", false), ("3", "1e400", false),
        ("4", "1e400", true),
        ("1e-400", "1", true), ("0.0001", "0.00751", false), ("2.5", "7.50", true), ("1e308", "12391239123", false),
        ("123456789012345678901234567890", "370370367037037036703703703670", true),
        ("123456789012345678901234567890", "370370367037037036703703703671", false), ("7", "-21", true),
        ("1.5", "0", true),
    ])
    func multiplesAreExact(divisor: String, number: String, isMultiple: Bool) throws {
        let schema = try JSONSchema(["multipleOf": JSON.parse(divisor)])
        #expect(try schema.accepts(JSON.parse(number)) == isMultiple)
    }

    @Test func limitsAreExact() throws {
        let schema = try JSONSchema(["maximum": JSON.parse("9007199254740992.5")])
        #expect(try schema.accepts(JSON.parse("9007199254740992")))
        #expect(try !schema.accepts(JSON.parse("9007199254740993")))
        let exclusive = try JSONSchema(["exclusiveMinimum": JSON.parse("1e-400")])
        #expect(try !exclusive.accepts(JSON.parse("0")) && exclusive.accepts(JSON.parse("1.1e-400")))
    }

    @Test func formatsAreCheckedOnlyWhenAskedFor() throws {
        #expect(try self.violations(["format": "date"], "2024-02-30").isEmpty)
        #expect(try self.violations(["format": "date"], "2024-02-30", formats: true).map(\.keyword) == ["format"])
        #expect(try self.violations(["format": "idn-email"], "x", formats: true).isEmpty)
    }
}
