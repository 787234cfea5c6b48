import BelayCore
import BelayHTTP
import BelayJSON
import BelayModels
import BelayResilience

/// Small pieces that many tests need.
enum Samples {
    static let question = ModelRequest(system: "Be brief.", messages: [.user("How are you?")])
    static let weather = ToolDefinition(
        name: "weather", description: "The weather of a city",
        parameters: ["type": "object", "properties": ["city": ["type": "string"]]])

    static func openAIAnswer(_ text: String, model: String = "m", prompt: Int = 10, completion: Int = 5) -> JSON {
        [
            "id": "chatcmpl-1", "object": "chat.completion", "model": .string(model),
            "choices": [
                ["index": 0, "message": ["role": "assistant", "content": .string(text)], "finish_reason": "stop"]
            ],
            "usage": ["prompt_tokens": JSON(prompt), "completion_tokens": JSON(completion)],
        ]
    }

    static func openAIChunk(_ delta: JSON, finish: String? = nil) -> String {
        let chunk: JSON = [
            "id": "chatcmpl-1", "model": "m",
            "choices": [["index": 0, "delta": delta, "finish_reason": finish.map(JSON.string) ?? .null]],
        ]
        return chunk.serialized()
    }

    /// A whole stream of the OpenAI protocol.
    static func openAIStream(_ texts: [String]) -> [String] {
        texts.map { Self.openAIChunk(["content": .string($0)]) } + [Self.openAIChunk([:], finish: "stop"), "[DONE]"]
    }

    static func chunks(
        _ chunks: [[UInt8]], then error: (any Error)? = nil
    ) -> AsyncThrowingStream<[UInt8], any Error> {
        AsyncThrowingStream { continuation in
            for chunk in chunks { continuation.yield(chunk) }
            continuation.finish(throwing: error)
        }
    }

    static func provider(
        _ name: String = "a", kind: ProviderSettings.Kind = .openAI, key: String = "key-of-a-test",
        timeouts: PhaseLimits = PhaseLimits(), breaker: CircuitBreakerPolicy = CircuitBreakerPolicy(),
        retryBudget: RetryBudgetPolicy = RetryBudgetPolicy(), maxConcurrent: Int = 64
    ) -> ProviderSettings {
        ProviderSettings(
            name: name, kind: kind, baseURL: "http://\(name).test/v1", key: Secret(key), timeouts: timeouts,
            maxConcurrent: maxConcurrent, breaker: breaker, retryBudget: retryBudget)
    }
}

/// Everything that is put into it, in order.
final class Recorder<Element: Sendable>: Sendable {
    private let elements = Locked<[Element]>([])

    var all: [Element] { self.elements.withLock { $0 } }

    func append(_ element: Element) { self.elements.withLock { $0.append(element) } }
}

/// Waited for once, opened once.
struct Gate: Sendable {
    private let pair = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))

    func open() { self.pair.continuation.finish() }

    func wait() async {
        for await _ in self.pair.stream {}
    }
}
