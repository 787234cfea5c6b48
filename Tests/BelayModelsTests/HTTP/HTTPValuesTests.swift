import BelayHTTP
import Testing

struct HTTPValuesTests {
    @Test func headersAreFoundWithoutRegardToCase() {
        var headers: HTTPHeaderFields = ["Content-Type": "a", "X-Team": "b", "content-type": "c"]
        #expect(headers["CONTENT-TYPE"] == "a")
        headers["content-type"] = "d"
        #expect(headers.map(\.value) == ["d", "b"])
        headers["x-team"] = nil
        #expect(headers.count == 1)
        #expect(headers["x"] == nil)
    }

    @Test(arguments: [
        ("Application/JSON; charset=utf-8", "application/json"), ("text/event-stream", "text/event-stream"),
        (" text/html ;x", "text/html"),
    ])
    func readsTheMediaType(header: String, type: String) {
        #expect(HTTPResponse(status: 200, headers: ["content-type": header]).mediaType == type)
    }

    @Test(
        arguments: [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199), ("Wed, 31 Dec 2098 00:00:00 GMT", 4_070_822_400),
        ] as [(String, Int64)])
    func readsDates(text: String, seconds: Int64) {
        #expect(HTTPDate.unixSeconds(text) == seconds)
    }

    @Test(arguments: ["", "soon", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Foo 1994 08:49:37 GMT", "1 2 3 4 5 6"])
    func refusesWhatIsNoDate(text: String) {
        #expect(HTTPDate.unixSeconds(text) == nil)
    }

    @Test(.timeLimit(.minutes(5))) func aBodyOverItsLimitIsAnError() async throws {
        let body = HTTPResponseBody(Samples.chunks([[1, 2], [3, 4], [5]]), limit: 4)
        await #expect(throws: HTTPTransportError(.tooLarge, "more than 4 bytes")) { try await body.collect() }
        let small = HTTPResponseBody(Samples.chunks([[1, 2], [3, 4]]), limit: 4)
        #expect(try await small.collect() == [1, 2, 3, 4])
    }
}
