import Testing

@testable import BelayCore

struct GrowingArgumentsTests {
    private func grew(_ old: String, _ new: String) -> Bool {
        GrowingArguments(tool: "search", text: new).haveGrown(from: GrowingArguments(tool: "search", text: old))
    }

    @Test(arguments: [
        (#"{"q":"shoes"}"#, #"{"q":"shoes, red"}"#), (#"{"q":""}"#, #"{"q":"shoes"}"#),
        (#"{"q":"shoes"}"#, #"{"q":"shoes","size":42}"#), (#"{"ids":[1]}"#, #"{"ids":[1,2]}"#),
        (#"{"f":{"a":[{"b":"x"}]},"n":7}"#, #"{"n":7,"f":{"a":[{"b":"xy"}]}}"#), ("{}", #"{"a":null}"#),
    ])
    func whatIsAddedIsGrowth(old: String, new: String) {
        #expect(self.grew(old, new) && !self.grew(new, old) && !self.grew(new, new))
    }

    @Test(arguments: [
        (#"{"page":1}"#, #"{"page":10}"#), (#"{"offset":90}"#, #"{"offset":100}"#),
        (#"{"q":"shoes","page":1}"#, #"{"q":"shoes, red","page":2}"#), (#"{"q":"shoes"}"#, #"{"q":"red shoes"}"#),
        (#"{"cursor":"a1"}"#, #"{"cursor":"b12"}"#), (#"{"ids":[1,2]}"#, #"{"ids":[2,3,4]}"#),
        (#"{"a":1,"b":2}"#, #"{"a":1,"c":"longer"}"#), (#"{"a":null}"#, #"{"a":"text"}"#), (#"{"a":"#, #"{"a":1}"#),
        ("{}", "  {}"),
    ])
    func anythingElseIsNone(old: String, new: String) { #expect(!self.grew(old, new) && !self.grew(new, old)) }

    @Test func otherToolsHaveNothingInCommon() {
        let old = GrowingArguments(tool: "search", text: #"{"q":"a"}"#)
        #expect(!GrowingArguments(tool: "find", text: #"{"q":"ab"}"#).haveGrown(from: old))
    }

    @Test func whatIsVeryLongIsNotLookedInto() {
        let long = String(repeating: "x", count: 64 << 10)
        #expect(self.grew(#"{"q":"x"}"#, "{\"q\":\"\(long.prefix(1_000))\"}"))
        #expect(!self.grew(#"{"q":"x"}"#, "{\"q\":\"\(long)\"}"))
    }
}
