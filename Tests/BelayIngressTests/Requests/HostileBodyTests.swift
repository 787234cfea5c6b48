import BelayJSON
import BelayTesting
import Testing

@testable import BelayIngress

/// Whatever a client sends, it gets a request read or a problem with a place, and nothing breaks.
struct HostileBodyTests {
    private static let chat = #"""
        {"model": "m", "stream": true, "stream_options": {"include_usage": true}, "messages": [
          {"role": "system", "content": "a"}, {"role": "user", "content": [{"type": "text", "text": "b"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]},
          {"role": "assistant", "content": null, "tool_calls": [{"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
          {"role": "tool", "tool_call_id": "1", "content": "c"}], "tools": [{"type": "function", "function": {"name": "f",
            "parameters": {"type": "object", "properties": {"x": {"type": "string"}}}}}], "tool_choice": "auto", "stop": ["x"],
         "response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}, "n": 1}
        """#
    private static let messages = #"""
        {"model": "m", "max_tokens": 9, "system": [{"type": "text", "text": "a"}], "messages": [
          {"role": "user", "content": [{"type": "text", "text": "b"},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}},
            {"type": "document", "source": {"type": "url", "url": "https://x.test"}}]},
          {"role": "assistant", "content": [{"type": "thinking", "thinking": "t", "signature": "s"},
            {"type": "tool_use", "id": "1", "name": "f", "input": {"a": 1}}]},
          {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "1", "content": [{"type": "text", "text": "c"}]}]}],
         "tools": [{"name": "f", "input_schema": {"type": "object"}}], "tool_choice": {"type": "tool", "name": "f"},
         "thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}, "metadata": {"user_id": "u"}}
        """#
    private static let responses = #"""
        {"model": "m", "instructions": "a", "input": [{"role": "user", "content": [{"type": "input_text", "text": "b"},
            {"type": "input_image", "detail": "low", "image_url": "https://x.test"}]},
          {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": "t"}]},
          {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"},
          {"type": "function_call_output", "call_id": "1", "output": [{"type": "input_text", "text": "c"}]}],
         "tools": [{"type": "function", "name": "f", "parameters": {"type": "object"}}], "text": {"format": {"type": "text"}},
         "tool_choice": {"type": "function", "name": "f"}, "include": ["reasoning.encrypted_content"], "reasoning": {"effort": "low"}}
        """#

    private static func sample(_ wire: IngressProtocol) throws -> JSON {
        switch wire {
        case .chatCompletions: try JSON.parse(self.chat)
        case .messages: try JSON.parse(self.messages)
        case .responses: try JSON.parse(self.responses)
        }
    }

    private static let values: [JSON] = [
        .null, true, 0, -1, 1.5, .int(.max), "", " ", "x", "auto", "user", "assistant", "tool", "function", "text", [],
        [:], [[]], [nil], [7], ["type": "text"], ["type": 7], ["role": "user"], "data:image/png;base64,", "\u{0}",
    ]

    @Test(arguments: IngressProtocol.allCases) func theSamplesAreGood(wire: IngressProtocol) throws {
        #expect(wire.problem(try Self.sample(wire)) == nil)
    }

    @Test(arguments: IngressProtocol.allCases) func damagedRequests(wire: IngressProtocol) throws {
        let sample = try Self.sample(wire)
        var refused = 0
        for seed in UInt64(1)...1_000 {
            var random = SeededGenerator(seed: seed)
            var body = sample
            for _ in 0..<Int.random(in: 1...2, using: &random) { Self.damage(&body, using: &random) }
            guard let problem = wire.problem(body) else { continue }
            refused += 1
            let reply = wire.reply(to: problem)
            #expect((400...413).contains(reply.status), "seed \(seed): \(problem)")
            #expect(!problem.message.isEmpty && problem.kind != .internalError, "seed \(seed)")
            // The place is one that is there, or one that is missing from what is there.
            #expect(Self.exists(problem.path.steps.dropLast(), in: body), "seed \(seed): \(problem.path.bracketed)")
        }
        #expect(refused > 500)
    }

    private static func damage(_ json: inout JSON, using random: inout SeededGenerator) {
        switch json {
        case .object(var object) where !object.isEmpty && Int.random(in: 0...9, using: &random) > 0:
            guard let key = object.keys.randomElement(using: &random), var value = object[key] else { return }
            switch Int.random(in: 0...9, using: &random) {
            case 0: object[key] = nil
            case 1: object["no_such_thing"] = value
            default:
                self.damage(&value, using: &random)
                object[key] = value
            }
            json = .object(object)
        case .array(var values) where !values.isEmpty && Int.random(in: 0...9, using: &random) > 0:
            let index = values.indices.randomElement(using: &random) ?? 0
            switch Int.random(in: 0...9, using: &random) {
            case 0: values.remove(at: index)
            case 1: values.append(values[index])
            default: self.damage(&values[index], using: &random)
            }
            json = .array(values)
        default: json = Self.values.randomElement(using: &random) ?? .null
        }
    }

    private static func exists(_ steps: ArraySlice<ParameterPath.Step>, in json: JSON) -> Bool {
        guard let step = steps.first else { return true }
        let next =
            switch step {
            case .key(let name): json[name]
            case .index(let index): json[index]
            }
        return next.map { self.exists(steps.dropFirst(), in: $0) } ?? false
    }
}
