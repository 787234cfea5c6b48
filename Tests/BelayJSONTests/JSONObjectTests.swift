import BelayJSON
import BelayResilience
import Testing

struct JSONObjectTests {
    @Test func keepsTheOrderOfItsMembers() {
        var object: JSON.Object = ["z": 1, "a": 2, "m": 3]
        object["a"] = 4
        object["b"] = 5
        object["z"] = nil
        #expect(object.keys == ["a", "m", "b"])
        #expect(JSON.object(object).serialized() == #"{"a":4,"m":3,"b":5}"#)
        #expect(String(decoding: JSON.object(object).canonicalBytes(), as: UTF8.self) == #"{"a":4,"b":5,"m":3}"#)
    }

    @Test func isEqualInAnyOrder() {
        let left: JSON = ["a": 1, "b": [2]]
        let right: JSON = ["b": [2.0], "a": 1]
        #expect(left == right && left.hashValue == right.hashValue)
        #expect(left != ["a": 1] && left != ["a": 1, "c": [2]] && left != ["a": 1, "b": [3]])
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func behavesLikeADictionary(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var object = JSON.Object()
        var dictionary: [String: JSON] = [:]
        for step in 0..<200 {
            let key = "k\(Int.random(in: 0..<40, using: &random))"
            let value: JSON? = Int.random(in: 0..<3, using: &random) == 0 ? nil : JSON(step)
            object[key] = value
            dictionary[key] = value
            #expect(object.count == dictionary.count, "seed \(seed)")
        }
        for number in 0..<40 { #expect(object["k\(number)"] == dictionary["k\(number)"], "seed \(seed)") }
        #expect(Set(object.keys) == Set(dictionary.keys) && object.keys.count == dictionary.count, "seed \(seed)")
    }

    @Test func subscriptsReadAndWriteDeeply() {
        var json: JSON = ["a": ["b": [1, ["c": "d"]]]]
        #expect(json["a"]?["b"]?[1]?["c"]?.stringValue == "d")
        #expect(json["a"]?["b"]?[2] == nil && json["a"]?["b"]?[-1] == nil && json["a"]?[0] == nil && json[0] == nil)
        #expect(json["a"]?["x"] == nil && JSON.null["a"] == nil)
        json["a"]?["b"] = 2
        #expect(json == ["a": ["b": 2]])
        json["a"]?["b"]?["c"] = nil
        #expect(json == ["a": ["b": 2]])
        json["n"] = .null
        #expect(json["n"]?.isNull == true && json.objectValue?.count == 2)
        json["n"] = nil
        #expect(json == ["a": ["b": 2]])
        var empty = JSON.null
        empty["x"] = 1
        #expect(empty == ["x": 1])
    }

    @Test func valuesOfOtherKindsAreNil() {
        let all: [JSON] = [nil, true, 1, 1.5, "s", [], [:]]
        #expect(all.map { $0.isNull } == [true, false, false, false, false, false, false])
        #expect(all.compactMap(\.boolValue) == [true])
        #expect(all.compactMap(\.intValue) == [1])
        #expect(all.compactMap(\.doubleValue) == [1, 1.5])
        #expect(all.compactMap(\.stringValue) == ["s"])
        #expect(all.compactMap(\.arrayValue) == [[]])
        #expect(all.compactMap(\.objectValue) == [JSON.Object()])
        #expect(all.map(\.kind) == ["null", "boolean", "integer", "number", "string", "array", "object"])
    }

    /// Comparing every key with every other would take hours.
    @Test(.timeLimit(.minutes(5)))
    func largeObjectsTakeLinearTime() throws {
        let count = 200_000
        let text = "{" + (0..<count).map { "\"key number \($0)\":\($0)" }.joined(separator: ",") + "}"
        let object = try #require(try JSON.parse(text).objectValue)
        var copy = JSON.Object()
        var missed = 0
        for number in 0..<count {
            let key = "key number \(number)"
            if object[key]?.intValue != number { missed += 1 }
            copy[key] = .int(Int64(number))
        }
        #expect(missed == 0 && copy == object)
    }
}
