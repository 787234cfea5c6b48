import BelayCore
import BelayJSON
import Testing

@testable import BelayModels

struct UsageMappingTests {
    @Test func openAIsFiguresAreTakenApart() {
        let usage = OpenAIUsageMapping.usage([
            "prompt_tokens": 100, "completion_tokens": 50,
            "prompt_tokens_details": ["cached_tokens": 80, "cache_write_tokens": 7],
            "completion_tokens_details": ["reasoning_tokens": 30],
        ])
        #expect(usage == Usage(freshInput: 13, cacheRead: 80, cacheWrite: 7, output: 20, reasoning: 30))
        #expect(usage?.total == 150)
    }

    @Test func anthropicsFiguresAreDisjointAlready() {
        let usage = AnthropicUsageMapping.usage([
            "input_tokens": 20, "cache_read_input_tokens": 80, "cache_creation_input_tokens": 7, "output_tokens": 50,
            "output_tokens_details": ["thinking_tokens": 30],
        ])
        #expect(usage == Usage(freshInput: 20, cacheRead: 80, cacheWrite: 7, output: 20, reasoning: 30))
        let hour = AnthropicUsageMapping.usage([
            "cache_creation_input_tokens": 7,
            "cache_creation": ["ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 3],
        ])
        #expect(hour == Usage(cacheWrite: 7, longCacheWrite: 3))
    }

    @Test func figuresThatMakeNoSenseAreNotedAndNeverNegative() {
        let odd = OpenAIUsageMapping.usage([
            "prompt_tokens": 10, "prompt_tokens_details": ["cached_tokens": 99], "completion_tokens": -5,
        ])
        #expect(odd == Usage(freshInput: 10, cacheRead: 99) && odd?.anomalies == [.cacheAboveInput, .negative])
        #expect(OpenAIUsageMapping.usage(.null) == nil)
        let absurd = OpenAIUsageMapping.usage(["prompt_tokens": .int(.max)])
        #expect(absurd == .zero && absurd?.anomalies == [.absurd])
        let words = AnthropicUsageMapping.usage(["input_tokens": "many"])
        #expect(words == .zero && words.anomalies == [.unreadable])
    }
}
