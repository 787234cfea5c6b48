import Testing

@testable import BelayServer

struct QueryParametersTests {
    @Test func decodesNamesAndValues() throws {
        let query = try QueryParameters(
            "us%65r=J%C3%BCrgen+%2B1&empty=&bare&&limit=1=2", known: ["user", "empty", "bare", "limit"])
        #expect(query["user"] == "Jürgen +1")
        #expect(query["empty"] == "" && query["bare"] == "")
        #expect(query["limit"] == "1=2")
        #expect(query["other"] == nil)
    }

    @Test(arguments: ["user=%", "user=%4", "user=%zz", "user=%ff%fe", "%=1", "user=1&user=1", "other=1", "=1"])
    func refusesWhatItCanNotRead(_ query: String) {
        #expect(throws: Problem.self) { try QueryParameters(query, known: ["user"]) }
    }
}
