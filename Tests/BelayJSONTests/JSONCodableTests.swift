import BelayJSON
import Foundation
import Testing

struct JSONCodableTests {
    struct Order: Codable, Equatable {
        enum Status: String, Codable { case open, shipped }
        struct Line: Codable, Equatable {
            var article: String
            var amount: UInt8
            var price: Decimal
        }
        var id: UUID
        var placed: Date
        var status: Status
        var lines: [Line]
        var note: String?
        var ratio: Float
        var total: UInt64
        var attachment: Data
        var link: URL
        var tags: [String: Int]
        var extra: JSON
    }

    let order = Order(
        id: UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)),
        placed: Date(timeIntervalSince1970: 1_700_000_000.25), status: .shipped,
        lines: [.init(article: "é\u{1F600}", amount: 255, price: Decimal(string: "12345678901234567890.12") ?? 0)],
        note: nil, ratio: 0.1, total: .max, attachment: Data([0, 255, 7]),
        link: URL(filePath: "/a b", directoryHint: .notDirectory), tags: ["b": 2, "a": 1],
        extra: ["x": [nil, 1e300, true]])

    @Test func givesBackWhatItEncoded() throws {
        let json = try JSON(encoding: self.order)
        #expect(try json.decode(Order.self) == self.order)
        #expect(try JSON.parse(json.bytes()).decode(Order.self) == self.order)
    }

    @Test func writesFoundationTypesAsPlainJSON() throws {
        let json = try JSON(encoding: self.order)
        #expect(json["placed"] == "2023-11-14T22:13:20.250Z")
        #expect(json["attachment"] == "AP8H")
        #expect(json["id"] == "01020304-0506-0708-090A-0B0C0D0E0F10")
        #expect(json["link"] == "file:///a%20b")
        #expect(json["lines"]?[0]?["price"]?.serialized() == "12345678901234567890.12")
        #expect(json["ratio"]?.serialized() == "0.1")
        #expect(json["total"]?.serialized() == "18446744073709551615")
        #expect(json["note"] == nil)
        #expect(json["tags"]?.serialized() == #"{"a":1,"b":2}"#)
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0.0), ("2000-02-29T12:00:00.5+01:00", 951_822_000.5),
        ("0000-01-01T00:00:00Z", -62_167_219_200),
        ("9999-12-31T23:59:59Z", 253_402_300_799), ("1990-12-31T15:59:60-08:00", 662_688_000),
    ])
    func readsDates(text: String, seconds: Double) throws {
        #expect(try JSON.string(text).decode(Date.self).timeIntervalSince1970 == seconds)
    }

    @Test func errorsNameThePath() throws {
        var json = try JSON(encoding: self.order)
        json["lines"] = [["article": "a", "amount": 1, "price": 1], ["article": "a", "amount": 256, "price": 1]]
        do {
            _ = try json.decode(Order.self)
            Issue.record("decoded an amount of 256 as UInt8")
        } catch DecodingError.typeMismatch(_, let context) {
            #expect(context.codingPath.map(\.stringValue) == ["lines", "Index 1", "amount"])
        }
        json["lines"] = [["article": "a", "amount": 1]]
        do {
            _ = try json.decode(Order.self)
            Issue.record("decoded a line without a price")
        } catch DecodingError.keyNotFound(let key, let context) {
            #expect(key.stringValue == "price")
            #expect(context.codingPath.map(\.stringValue) == ["lines", "Index 0"])
        }
    }

    @Test func refusesNumbersThatJSONCannotWrite() {
        #expect(throws: EncodingError.self) { try JSON(encoding: ["a": [1, Double.nan]]) }
        #expect(throws: EncodingError.self) { try JSON(encoding: Float.infinity) }
        #expect(throws: EncodingError.self) { try JSON(encoding: Date(timeIntervalSince1970: 1e13)) }
        #expect(throws: DecodingError.self) { try JSON.parse("1e400").decode(Double.self) }
        #expect(throws: DecodingError.self) { try JSON.parse("1.5").decode(Int.self) }
    }

    @Test func integralNumbersDecodeAsIntegers() throws {
        #expect(try JSON.parse("2.0").decode(Int.self) == 2)
        #expect(try JSON.parse("18446744073709551615").decode(UInt64.self) == .max)
        #expect(try JSON.parse("-9223372036854775808").decode(Int64.self) == .min)
    }

    class Base: Codable { var a = 1 }
    final class Derived: Base {
        var b = 2
        enum CodingKeys: CodingKey { case b, list, nested, value }
        override init() { super.init() }
        required init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            self.b = try container.decode(Int.self, forKey: .b)
            var list = try container.nestedUnkeyedContainer(forKey: .list)
            #expect(try list.decodeNil())
            #expect(try !list.decodeNil())
            #expect(try list.decode(String.self) == "x")
            #expect(list.isAtEnd)
            try super.init(from: container.superDecoder())
        }
        override func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(self.b, forKey: .b)
            var list = container.nestedUnkeyedContainer(forKey: .list)
            try list.encodeNil()
            try list.encode("x")
            var nested = container.nestedContainer(keyedBy: CodingKeys.self, forKey: .nested)
            try nested.encode(3, forKey: .value)
            try super.encode(to: container.superEncoder())
        }
    }

    @Test func nestedAndSuperContainersKeepTheirPlace() throws {
        let json = try JSON(encoding: Derived())
        #expect(json.serialized() == #"{"b":2,"list":[null,"x"],"nested":{"value":3},"super":{"a":1}}"#)
        #expect(try json.decode(Derived.self).a == 1)
    }

    @Test func passesThroughOtherCoders() throws {
        let json: JSON = ["a": [1, 2.5, nil, true, "x", ["b": [:]]], "big": JSON(UInt64.max)]
        #expect(try JSONDecoder().decode(JSON.self, from: JSONEncoder().encode(json)) == json)
    }
}
