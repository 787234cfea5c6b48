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
