import BelayCore
import BelayJSON
import BelayTesting
import Testing

struct EventCodingTests {
    @Test(arguments: Event.Name.allCases) func everyEventComesBackAsItWas(name: Event.Name) throws {
        for seed in 0..<200 as Range<UInt64> {
            var samples = EventSamples(seed: seed)
            let event = samples.event(name)
            let json = try JSON(encoding: event)
            #expect(json["type"]?.stringValue == name.rawValue)
            let (small, contents) = LargeContent.extract(from: try JSON.parse(json.serialized()))
            let back = try LargeContent.restore(small, from: contents).decode(Event.self)
            guard back == event else {
                Issue.record("seed \(seed): \(event) came back as \(back)")
                return
            }
        }
    }

    /// What is written at every step takes a shorter way, which must not show.
    @Test(arguments: Event.Name.allCases) func theDirectWayGivesTheSame(name: Event.Name) throws {
        for seed in 0..<200 as Range<UInt64> {
            var samples = EventSamples(seed: seed)
            let event = samples.event(name)
            let text = try JSON(encoding: event).serialized()
            guard try event.json().serialized() == text, try Event(json: JSON.parse(text)) == event else {
                Issue.record("seed \(seed): \(event) is not what Codable makes of it")
                return
            }
        }
    }

    @Test func theDirectWayRefusesTheSame() {
        let answer: JSON = ["type": "modelAnswered", "step": 1, "content": [], "stopReason": "toolUse"]
        #expect(throws: DecodingError.self) { try Event(json: answer) }
        #expect(throws: DecodingError.self) { try Event(json: ["type": "toolCallSucceeded", "callID": "c"]) }
        #expect(throws: DecodingError.self) { try Event(json: ["type": "modelCallPlanned", "step": "1"]) }
        #expect(throws: DecodingError.self) { try Event(json: ["type": "teleported"]) }
    }

    @Test func anUnknownEventIsNoEvent() {
        #expect(throws: DecodingError.self) { try (["type": "teleported"] as JSON).decode(Event.self) }
        #expect(throws: DecodingError.self) { try (["by": "ada"] as JSON).decode(Event.self) }
        #expect(throws: DecodingError.self) { try (["type": "cancelRequested"] as JSON).decode(Event.self) }
    }

    @Test func anEventIsOneFlatObject() throws {
        let json = try JSON(encoding: Event.cancelRequested(.init(by: "ada")))
        #expect(json == ["type": "cancelRequested", "by": "ada"])
    }
}
