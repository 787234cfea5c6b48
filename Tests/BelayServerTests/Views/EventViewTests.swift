import BelayCore
import BelayJSON
import BelayTesting
import Testing

@testable import BelayServer

/// The API's words for events. They are a contract: a change here breaks clients.
@Suite(.timeLimit(.minutes(5)))
struct EventViewTests {
    private static func view(_ event: Event) -> JSON {
        JournalEvent(sequence: 4, time: Timestamp(milliseconds: 1_767_225_600_000), event: event).view
    }

    @Test func timesAreTheirOwnToTheMillisecond() {
        for millisecond in Int64(0)..<1_000 {
            let text = Timestamp(milliseconds: 1_795_356_257_000 + millisecond).text
            guard text.hasSuffix(".\(String(1_000 + millisecond).dropFirst())Z") else {
                return #expect(Bool(false), "\(millisecond): \(text)")
            }
        }
    }

    @Test func everyTypeHasItsName() {
        #expect(Set(EventSamples.all.map(\.name)) == Set(Event.Name.allCases))
        #expect(
            EventSamples.all.map { $0.view.type.rawValue } == [
                "accepted", "planned", "plan_revised", "limit_approached", "limit_reached", "completed", "failed",
                "cancel_requested", "cancelled", "model_call_planned", "model_attempt_failed", "model_answered",
                "model_call_failed",
                "tool_call_denied", "tool_call_approved", "tool_call_dispatched", "tool_call_succeeded",
                "tool_call_failed", "tool_call_in_doubt", "tool_call_resolved", "tool_call_billed", "wait_opened",
                "wait_answered",
                "wait_expired", "session_continued", "context_compacted", "output_truncated", "loop_detected",
                "output_rejected", "escalated",
                "feedback_received",
            ])
    }

    @Test(arguments: EventSamples.all)
    func isAsDescribed(_ event: Event) throws {
        let components = EventSchemas.components
        func schema(_ reference: String) throws -> JSONSchema {
            try JSONSchema(["$ref": .string(reference), "components": ["schemas": .object(components)]])
        }
        let view = Self.view(event)
        let type = try #require(view["type"]?.stringValue)
        let mapped = try #require(components["Event"]?["discriminator"]?["mapping"]?[type]?.stringValue)
        #expect(try schema(mapped).validate(view).isEmpty)
        #expect(try schema("#/components/schemas/Event").validate(view).isEmpty)
        let name = try #require(mapped.split(separator: "/").last.map(String.init))
        #expect(Set(view.objectValue?.keys ?? []) == Set(components[name]?["properties"]?.objectValue?.keys ?? []))
    }

    @Test(arguments: EventSamples.all)
    func noKeyIsOfTheJournal(_ event: Event) {
        func check(_ json: JSON) {
            for item in json.arrayValue ?? [] { check(item) }
            for (key, value) in json.objectValue ?? [:] where key != "answer_schema" {
                #expect(key.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" }, "\(key)")
                check(value)
            }
        }
        check(Self.view(event))
    }

    @Test func anAnswerOfAModel() {
        #expect(
            Self.view(EventSamples.answered) == [
                "sequence": 4, "time": "2026-01-01T00:00:00.000Z", "type": "model_answered", "step": 1,
                "content": [
                    ["type": "text", "text": "Paying."],
                    ["type": "tool_call", "call_id": "c1", "name": "pay", "arguments": #"{"amount":12}"#],
                    ["type": "reasoning", "text": "Hm.", "provider": "main"],
                    ["type": "tool_result", "call_id": "c0", "content": "ok", "is_error": false],
                    [
                        "type": "image", "media_type": "image/png", "data": nil, "url": "https://example.com/a.png",
                        "name": nil,
                    ],
                    ["type": "file", "media_type": "text/plain", "data": "QQ==", "url": nil, "name": "a.txt"],
                ],
                "stop_reason": "tool_use", "path": "main/gpt-mock", "usage": EventSamples.usage.view,
                "duration_ms": 321, "degraded": true, "cost_usd": "0.00013965", "cost_is_estimate": true,
            ])
    }

    @Test(arguments: [
        (Cost?.none, JSON.string("0.00")), (.known(Money(nanoDollars: 1_500_000_000)), "1.50"), (.unknown, .null),
    ])
    func anUnknownPriceIsNull(cost: Cost?, shown: JSON) {
        let attempt = ModelAttempt(
            path: EventSamples.path, number: 2, failure: ModelFailure(.cutStream, message: "cut"),
            duration: .milliseconds(15), cost: cost)
        #expect(
            Self.view(.attemptFailed(.init(attempt: attempt))) == [
                "sequence": 4, "time": "2026-01-01T00:00:00.000Z", "type": "model_attempt_failed", "attempt": 2,
                "path": "main/gpt-mock", "endpoint": nil,
                "failure": [
                    "kind": "cut_stream", "message": "cut", "status": nil, "retry_after_ms": nil, "usage": nil,
                ],
                "duration_ms": 15, "cost_usd": shown, "cost_is_estimate": false,
            ])
    }

    @Test func theOthersThatClientsBuildOn() {
        let common: [(String, JSON)] = [("sequence", 4), ("time", "2026-01-01T00:00:00.000Z")]
        let expected: [(Event, JSON)] = [
            (
                EventSamples.accepted,
                [
                    "type": "accepted", "execution": "exe_00000000000000000000000001", "agent": "clerk",
                    "version": "1", "task": "Pay", "user": "ada", "customer": "acme", "role": "admin", "session": "s",
                    "continues": "exe_00000000000000000000000002",
                    "conversation": [
                        ["role": "user", "text": "Hello"], ["role": "assistant", "text": "Good morning."],
                    ],
                    "limits": [
                        "steps": 20, "tokens_per_step": 4_000, "timeout_ms": 300_000, "tool_calls": 50,
                        "tokens": 500_000, "cost_usd": "0.50", "repeats": 3, "model_pauses": 3,
                        "session_tokens": 2_000_000, "at_limit": "stop",
                    ], "critical": true,
                ]
            ),
            (
                EventSamples.dispatched,
                [
                    "type": "tool_call_dispatched", "call_id": "c1", "idempotency_key": "k1",
                    "arguments_sha256": "aa", "attempt": 1, "repairs": ["removed_code_fence", "quoted_key"],
                    "most_cost_usd": "0.005",
                ]
            ),
            (
                EventSamples.resolved,
                [
                    "type": "tool_call_resolved", "call_id": "c1", "resolution": "did_not_happen", "output": nil,
                    "by": "ana",
                ]
            ),
            (
                EventSamples.waitOpened,
                [
                    "type": "wait_opened", "wait": "wait_00000000000000000000000001", "kind": "approval",
                    "question": "Pay?", "context": ["tool": "pay"], "answer_schema": WaitSchema.approval,
                    "call_id": "c1", "expires": "2026-01-01T00:00:00.000Z",
                ]
            ),
        ]
        for (event, fields) in expected {
            var view = fields
            for (key, value) in common { view[key] = value }
            #expect(Self.view(event).canonicalBytes() == view.canonicalBytes(), "\(Self.view(event).serialized())")
        }
    }

    @Test func pagesAndStreamsSayTheSame() async throws {
        let large = String(repeating: "x", count: 20_000)
        let model = ScriptedModel([.text(large)])
        try await ServerScenario.run(model: model) { scenario in
            let id = try await scenario.startedID(["task": .string(large), "wait": 30])
            let page = try await scenario.send("GET", "/v1/executions/\(id)/events").json["items"]?.arrayValue ?? []
            let streamed = try await scenario.watch(id.rawValue) { wire, reader in
                var frames: [EventReader.Frame] = []
                while let frame = try await reader.next(&wire) { if frame.id != nil { frames.append(frame) } }
                return frames
            }
            #expect(try streamed.map { try JSON.parse($0.data) } == page)
            #expect(streamed.map(\.event) == page.map { $0["type"]?.stringValue })
            #expect(page.first?["task"]?.stringValue == large)
            #expect(page.contains { $0["type"] == "model_answered" && $0["content"]?[0]?["text"] == .string(large) })
        }
    }
}
