import BelayCore
import BelayJSON
import Testing

@testable import BelayIngress

struct ModelListTests {
    private let models = [
        ModelListing(
            id: "route/default", title: "Default", owner: "belay", created: Timestamp(milliseconds: 1_700_000_000_000)),
        ModelListing(id: "openai/gpt-5", owner: "openai"),
    ]

    @Test func asOpenAIListsThem() throws {
        let json = try JSON.parse(ModelListWriter.openAI(self.models))
        #expect(json["object"] == "list")
        #expect(
            json["data"]?[0] == [
                "id": "route/default", "object": "model", "created": 1_700_000_000, "owned_by": "belay",
            ])
        #expect(try JSON.parse(ModelListWriter.openAI(self.models[1])) == json["data"]?[1])
    }

    @Test func asAnthropicListsThem() throws {
        let json = try JSON.parse(ModelListWriter.anthropic(ModelListPage(self.models)))
        #expect(json["has_more"] == false)
        #expect(json["first_id"] == "route/default")
        #expect(json["last_id"] == "openai/gpt-5")
        #expect(json["data"]?[0]?["created_at"] == "2023-11-14T22:13:20Z")
        #expect(json["data"]?[1]?["display_name"] == "openai/gpt-5")
        #expect(try JSON.parse(ModelListWriter.anthropic(self.models[1])) == json["data"]?[1])
        #expect(try JSON.parse(ModelListWriter.anthropic(ModelListPage([])))["first_id"]?.isNull == true)
    }

    @Test(arguments: [
        (ModelListPage.Place.start, 2, "ab", true), (.start, 5, "abcde", false), (.after("b"), 2, "cd", true),
        (.after("c"), 2, "de", false), (.after("e"), 2, "", false), (.before("d"), 2, "bc", true),
        (.before("c"), 2, "ab", false), (.before("a"), 2, "", false), (.after("d"), .max, "e", false),
    ])
    func pagesAreWhatAnthropicDocuments(place: ModelListPage.Place, limit: Int, names: String, hasMore: Bool) {
        let models = "abcde".map { ModelListing(id: String($0), owner: "belay") }
        let page = ModelListPage(models, place, limit: limit)
        #expect(page?.models.map(\.id).joined() == names)
        #expect(page?.hasMore == hasMore)
        #expect(ModelListPage(models, .after("z"), limit: limit) == nil)
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59Z"), (951_782_400_000, "2000-02-29T00:00:00Z"),
        (1_709_251_199_999, "2024-02-29T23:59:59Z"), (4_107_542_400_000, "2100-03-01T00:00:00Z"),
        (1_735_689_599_000, "2024-12-31T23:59:59Z"),
    ])
    func datesAreRight(milliseconds: Int64, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).rfc3339 == text)
    }
}
