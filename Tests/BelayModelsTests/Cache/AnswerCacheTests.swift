import BelayCore
import BelayResilience
import Testing

@testable import BelayModels

struct AnswerCacheTests {
    private func entry(_ text: String) -> AnswerCache.Entry {
        let answer = ModelAnswer(content: [.text(text)], stopReason: .endTurn, usage: .zero, model: "m")
        return AnswerCache.Entry(answer: answer, path: ModelPath(provider: "p", model: "m"))
    }

    @Test func anAnswerStandsInUntilItsTimeIsOver() {
        var cache = AnswerCache(maxEntries: 10, timeToLive: .seconds(60))
        cache.store(self.entry("a"), for: "k", at: .origin)
        #expect(cache.entry(for: "k", at: .seconds(59))?.answer.text == "a")
        #expect(cache.entry(for: "other", at: .origin) == nil)
        #expect(cache.entry(for: "k", at: .seconds(60)) == nil)
        #expect(cache.count == 0)
    }

    @Test func theOneUsedLongestAgoMakesRoom() {
        var cache = AnswerCache(maxEntries: 3, timeToLive: .seconds(60))
        for key in ["a", "b", "c"] { cache.store(self.entry(key), for: key, at: .origin) }
        _ = cache.entry(for: "a", at: .origin)
        cache.store(self.entry("d"), for: "d", at: .origin)
        #expect(cache.count == 3)
        #expect(cache.entry(for: "b", at: .origin) == nil)
        #expect(cache.entry(for: "a", at: .origin) != nil)
    }

    @Test func itNeverGrowsBeyondItsBound() {
        var cache = AnswerCache(maxEntries: 100, timeToLive: .seconds(60))
        for number in 0..<1_000 {
            cache.store(self.entry("x"), for: "\(number)", at: .origin)
            #expect(cache.count <= 100)
        }
        #expect(cache.entry(for: "999", at: .origin) != nil)
    }

    @Test func noAnswerWithAToolCallIsKept() {
        var cache = AnswerCache(maxEntries: 10, timeToLive: .seconds(60))
        var entry = self.entry("a")
        entry.answer.content.append(.toolCall(ToolCall(id: "1", name: "pay", arguments: "{}")))
        cache.store(entry, for: "k", at: .origin)
        #expect(cache.count == 0)
    }

    @Test func theKeyCoversTheTenantAndEverythingThatIsAsked() throws {
        let base = ModelCall(request: Samples.question, route: "r")
        var variants = [base]
        func add(_ change: (inout ModelCall) -> Void) {
            var call = base
            change(&call)
            variants.append(call)
        }
        add { $0.tenant = "other" }
        add { $0.request.system = "Be long." }
        add { $0.request.topP = 0.5 }
        add { $0.request.seed = 7 }
        add { $0.request.parallelToolCalls = false }
        add { $0.request.reasoningEffort = .high }
        add { $0.request.messages = [.user("How are you")] }
        add { $0.request.messages = [.assistant("How are you?")] }
        add { $0.request.tools = [Samples.weather] }
        add { $0.request.toolChoice = .required }
        add { $0.request.maxOutputTokens = 5 }
        add { $0.request.temperature = 0 }
        add { $0.request.stopSequences = ["x"] }
        add { $0.request.outputSchema = [:] }
        #expect(Set(try variants.map(AnswerCache.key)).count == variants.count)
        var same = base
        same.pinned = ModelPath(provider: "p", model: "m")
        same.timeout = .seconds(1)
        #expect(try AnswerCache.key(of: same) == AnswerCache.key(of: base))
    }
}
