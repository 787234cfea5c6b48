import BelayJSON
import Foundation
import Testing

struct JSONSchemaDerivedTests {
    enum Priority: String, Codable, CaseIterable { case low, high }
    enum Level: Int, Codable, CaseIterable { case one = 1, two }

    struct Ticket: Codable, JSONSchemaDescribed {
        struct Person: Codable { var name: String }
        var title: String
        var priority: Priority
        var level: Level?
        var amount: UInt8
        var ratio: Double
        var people: [Person]
        var owner: Person?
        var due: Date
        var link: URL?
        var labels: [String: Int]
        var note: String?
        var extra: JSON

        enum CodingKeys: String, CodingKey {
            case title, priority, level, amount, ratio, people, owner, due, link, labels, extra
            case note = "internal_note"
        }

        static let schemaDescriptions = ["title": "What it is about", "internal_note": "Never shown"]
    }

    @Test func describesStructsByWhatTheyDecode() throws {
        let person: JSON = [
            "type": "object", "properties": ["name": ["type": "string"]], "required": ["name"],
            "additionalProperties": false,
        ]
        var optionalPerson = person
        optionalPerson["type"] = ["object", "null"]
        let schema = try JSONSchema.derived(from: Ticket.self)
        #expect(schema["type"] == "object")
        #expect(schema["additionalProperties"] == false)
        #expect(
            schema["required"] == ["title", "priority", "amount", "ratio", "people", "due", "labels", "extra"])
        #expect(
            schema["properties"] == [
                "title": ["type": "string", "description": "What it is about"],
                "priority": ["type": "string", "enum": ["low", "high"]],
                "level": ["type": ["integer", "null"], "enum": [1, 2, nil]],
                "amount": ["type": "integer", "minimum": 0, "maximum": 255], "ratio": ["type": "number"],
                "people": ["type": "array", "items": person], "owner": optionalPerson,
                "due": ["type": "string", "format": "date-time"],
                "link": ["type": ["string", "null"], "format": "uri"],
                "labels": ["type": "object", "additionalProperties": ["type": "integer"]],
                "internal_note": ["type": ["string", "null"], "description": "Never shown"], "extra": [:],
            ])
    }

    @Test func acceptsWhatTheTypeEncodes() throws {
        let ticket = Ticket(
            title: "a", priority: .high, level: nil, amount: 3, ratio: 1, people: [.init(name: "b")], owner: nil,
            due: Date(timeIntervalSince1970: 1), link: URL(string: "x:y"), labels: ["c": 1], note: nil, extra: [1])
        let schema = try JSONSchema(JSONSchema.derived(from: Ticket.self))
        var json = try JSON(encoding: ticket)
        #expect(schema.validate(json) == [])
        json["owner"] = .null
        #expect(schema.validate(json) == [])
        json["priority"] = "urgent"
        json["surprise"] = 1
        #expect(Set(schema.validate(json).map(\.instancePath)) == ["/priority", ""])
    }

    struct Tree: Codable {
        var children: [Tree]
    }
    enum Plain: String, Codable { case a }
    struct Pair: Decodable {
        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            _ = try container.decode(Int.self)
            _ = try container.decode(String.self)
        }
    }
    struct Misdescribed: Codable, JSONSchemaDescribed {
        var name: String
        static let schemaDescriptions = ["nam": "typo"]
    }
    struct Holder<Content: Decodable>: Decodable {
        var inner: Content
    }

    @Test func refusesWhatItCannotDescribe() {
        func error<Value: Decodable>(_ type: Value.Type) -> JSONSchema.Underivable? {
            #expect(throws: JSONSchema.Underivable.self) { try JSONSchema.derived(from: type) }
        }
        #expect(error(Holder<Tree>.self)?.reason.contains("contains itself") == true)
        #expect(error(Holder<Tree>.self)?.path == "inner.children.Index 0")
        #expect(error(Holder<Plain>.self)?.reason.contains("CaseIterable") == true)
        #expect(error(Pair.self)?.reason.contains("one by one") == true)
        #expect(error(Misdescribed.self)?.reason.contains("'nam'") == true)
    }

    enum Shape: Codable, JSONSchemaProviding {
        case circle(Double), point
        static let jsonSchema: JSON = ["anyOf": [["const": "point"], ["type": "number"]]]
        static let jsonSchemaExample = Shape.point
    }

    @Test func takesTheSchemaThatATypeProvides() throws {
        let schema = try JSONSchema.derived(from: [Shape?].self)
        #expect(schema == ["type": "array", "items": ["anyOf": [Shape.jsonSchema, ["type": "null"]]]])
    }
}
