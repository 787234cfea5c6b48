import BelayJSON
import Testing

struct JSONParserTests {
    @Test func readsEveryKindOfValue() throws {
        let json = try JSON.parse(#" {"a":[1,-2.5,true,false,null,"x"],"b":{}} "#)
        #expect(json == ["a": [1, -2.5, true, false, nil, "x"], "b": [:]])
    }
}
