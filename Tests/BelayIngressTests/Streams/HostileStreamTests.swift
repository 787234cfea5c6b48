import BelayCore
import BelayTesting
import Testing

@testable import BelayIngress

/// Whatever order events come in, a stream ends once, and says nothing afterwards.
struct HostileStreamTests {
    private static func event(using random: inout SeededGenerator) -> ModelStreamEvent {
        let index = Int.random(in: 0...2, using: &random)
        return switch Int.random(in: 0...19, using: &random) {
        case 0: .started(model: "m", responseID: nil)
        case 1: .finished(.endTurn)
        case 2: .usage(Usage(freshInput: 1))
        case 3...6: .toolCallStarted(index: index, id: "\(random.next())", name: "f")
        case 7...11:
            .toolCallArgumentsDelta(index: index, ["{", "}", "\"", "", " "].randomElement(using: &random) ?? "")
        case 12...13: .reasoningDelta("r")
        case 14: .reasoningSignature(["s", Reasoning.signature(ofRedacted: "d")].randomElement(using: &random) ?? "")
        default: .textDelta(["t", ""].randomElement(using: &random) ?? "")
        }
    }

    @Test(arguments: IngressProtocol.allCases) func eventsInAnyOrder(wire: IngressProtocol) throws {
        for seed in UInt64(1)...1_000 {
            var random = SeededGenerator(seed: seed)
            var writer = wire.makeStream(for: Samples.request(wire), stamp: Samples.stamp)
            var bytes: [UInt8] = []
            var saysEnd = false
            for _ in 0..<40 {
                let written = writer.write(Self.event(using: &random))
                #expect(!saysEnd || written.isEmpty, "seed \(seed)")
                bytes += written
                saysEnd = writer.isEnded
            }
            bytes += writer.fail(IngressProblem(.upstreamFailed, "It broke."))
            #expect(writer.isEnded, "seed \(seed)")
            let ends = try Samples.events(bytes).filter { event in
                event.data == "[DONE]" || event.data.hasPrefix(#"{"error""#) || event.name == "message_stop"
                    || event.name == "error" || ["response.completed", "response.failed"].contains(event.name)
            }
            #expect(ends.count == 1, "seed \(seed)")
        }
    }
}
