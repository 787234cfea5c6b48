import BelayCore
import BelayJSON
import BelayTesting
import Testing

@testable import BelayServer

@Suite(.timeLimit(.minutes(5)))
struct EventStreamTests {
    /// An event that says nothing but its number.
    static func note(_ number: Int) -> Event {
        .modelCallPlanned(Event.ModelCallPlanned(step: number, purpose: .step))
    }

    static let end = Event.completed(Event.Completed(output: "Done.", reason: .completed))

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func aStreamThatIsCutGoesOnWithoutGapOrRepeat(seed: UInt64) async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let id = try await scenario.startedID()
            let lease = try await scenario.lease(id)
            let seen = try await withThrowingTaskGroup(of: [Int].self) { group in
                group.addTask {
                    var random = SeededGenerator(seed: seed)
                    for number in 1...40 {
                        let count = Int.random(in: 1...4, using: &random)
                        try await scenario.append(Array(repeating: Self.note(number), count: count), under: lease)
                        for _ in 0..<Int.random(in: 0...20, using: &random) { await Task.yield() }
                    }
                    try await scenario.append([Self.end], under: lease, state: .completed, .end)
                    return []
                }
                group.addTask { try await Self.follow(id, of: scenario, seed: seed) }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            let last = try await scenario.store.head(of: id)?.sequence ?? 0
            #expect(seen == Array(1...last), "seed \(seed)")
        }
    }

    /// Reads an execution to its end over many connections, each cut somewhere.
    private static func follow(_ id: ExecutionID, of scenario: ServerScenario, seed: UInt64) async throws -> [Int] {
        var random = SeededGenerator(seed: seed &+ 1_000)
        var seen: [Int] = []
        while true {
            let patience = Int.random(in: 1...12, using: &random)
            let last = seen.last
            let (more, isOver) = try await scenario.watch(id.rawValue, last: last) { wire, reader in
                var more: [Int] = []
                while more.count < patience {
                    guard let number = try await scenario.nextNumber(&wire, &reader) else { return (more, true) }
                    more.append(number)
                }
                return (more, false)
            }
            seen += more
            if isOver { return seen }
        }
    }

    @Test func eventsHaveNumbersAndDeltasHaveNone() async throws {
        let (go, start) = AsyncStream<Void>.makeStream()
        let model = ScriptedModel([
            .deciding { _ in
                for await _ in go { break }
                return .text("On its way.")
            }
        ])
        try await ServerScenario.run(model: model) { scenario in
            try await Wire.open(scenario.port) { wire in
                let body: JSON = ["task": "Where is it?", "stream": true]
                try await wire.request("POST", "/v1/agents/support/executions", body: body.bytes())
                let head = try await wire.head()
                #expect(head.headers["content-type"] == "text/event-stream")
                start.yield()
                var reader = EventReader()
                var frames: [EventReader.Frame] = []
                while let frame = try await reader.next(&wire) { if frame.event != nil { frames.append(frame) } }
                let durable = frames.filter { $0.id != nil }
                #expect(durable.map(\.id) == Array(1...durable.count))
                #expect(durable.first?.event == "accepted" && durable.last?.event == "completed")
                for frame in frames where frame.id == nil {
                    #expect(["attempt", "delta"].contains(frame.event ?? ""))
                }
                for frame in durable {
                    #expect(try JSON.parse(frame.data)["sequence"]?.intValue == frame.id)
                }
                // The connection is as good as before.
                try await wire.request("GET", "/health/live")
                let next = try await wire.reply()
                #expect(next.status == 200)
            }
        }
    }

    @Test func aSilentStreamIsKeptAlive() async throws {
        let options = ServerOptions(keepAlive: .milliseconds(10))
        try await ServerScenario.run(options: options, drives: false) { scenario in
            let id = try await scenario.startedID()
            try await scenario.watch(id.rawValue, last: 1) { wire, reader in
                var comments = 0
                while comments < 3 {
                    let frame = try #require(try await reader.next(&wire))
                    #expect(frame.id == nil && frame.event == nil)
                    if frame.isComment { comments += 1 }
                }
            }
        }
    }

    @Test func theStreamOfAnEndedExecutionEnds() async throws {
        try await ServerScenario.run(model: ScriptedModel([.text("Done.")])) { scenario in
            let started = try await scenario.start(["task": "x", "wait": 30]).json
            let id = started["id"]?.stringValue ?? ""
            let count = started["last_event"]?.intValue ?? 0
            try await scenario.watch(id) { wire, reader in
                var numbers: [Int] = []
                while let number = try await scenario.nextNumber(&wire, &reader) { numbers.append(number) }
                #expect(numbers == Array(1...count))
            }
            try await scenario.watch(id, last: count) { wire, reader in
                let next = try await scenario.nextNumber(&wire, &reader)
                #expect(next == nil)
            }
        }
    }

    @Test func aClientThatLeavesASilentStreamIsForgottenAtOnce() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let id = try await scenario.startedID()
            for _ in 0..<5 {
                try await scenario.watch(id.rawValue) { wire, reader in
                    let first = try await scenario.nextNumber(&wire, &reader)
                    #expect(first == 1)
                    #expect(scenario.runtime.observerCount == 1)
                }
                while scenario.runtime.observerCount > 0, !Task.isCancelled { await Task.yield() }
            }
        }
    }

    @Test func aClientThatLeavesWhileItWaitsIsForgottenAtOnce() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            try await Wire.open(scenario.port) { wire in
                let body: JSON = ["task": "x", "wait": 300]
                try await wire.request("POST", "/v1/agents/support/executions", body: body.bytes())
                while scenario.runtime.observerCount == 0, !Task.isCancelled { await Task.yield() }
            }
            while scenario.runtime.observerCount > 0, !Task.isCancelled { await Task.yield() }
        }
    }

    @Test func twoHundredStreamsAtOnce() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let id = try await scenario.startedID()
            let lease = try await scenario.lease(id)
            let streams = try await withThrowingTaskGroup(of: [Int].self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        try await scenario.watch(id.rawValue) { wire, reader in
                            var numbers: [Int] = []
                            while let number = try await scenario.nextNumber(&wire, &reader) { numbers.append(number) }
                            return numbers
                        }
                    }
                }
                while scenario.runtime.observerCount < 200, !Task.isCancelled { await Task.yield() }
                for number in 1...5 { try await scenario.append([Self.note(number)], under: lease) }
                try await scenario.append([Self.end], under: lease, state: .completed, .end)
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(streams == Array(repeating: Array(1...7), count: 200))
            while scenario.runtime.observerCount > 0, !Task.isCancelled { await Task.yield() }
        }
    }

    @Test func aReaderThatReadsNothingHoldsNobodyUp() async throws {
        let big = String(repeating: "x", count: 8_000)
        let model = ScriptedModel { call in
            let turns = call.request.messages.count { $0.role == .assistant }
            return turns < 3
                ? .calls([ToolCall(id: "c\(turns)", name: "make_plan", arguments: "{}")], text: big) : .text(big)
        }
        try await ServerScenario.run(model: model) { scenario in
            let first = try await scenario.startedID([
                "task": .string(String(repeating: "t", count: 200_000)), "wait": 30,
            ])
            try await Wire.open(scenario.port) { wire in
                // Hundreds of journals' worth of events are asked for and none is read.
                try await wire.request(
                    "GET", "/v1/executions/\(first)/events", headers: ["Accept": "text/event-stream"])
                let other = try await scenario.start(["task": "x", "wait": 30])
                #expect(try other.json["state"] == "completed")
                let head = try await wire.head()
                #expect(head.status == 200)
                var reader = EventReader()
                var last: EventReader.Frame?
                while let frame = try await reader.next(&wire) { last = frame }
                #expect(last?.event == "completed")
            }
        }
    }

    @Test func streamsEndWhenTheServerStopsAndCanBeResumed() async throws {
        let options = ServerOptions(grace: .milliseconds(50))
        try await ServerScenario.run(options: options, drives: false) { scenario in
            let id = try await scenario.startedID()
            try await scenario.watch(id.rawValue) { wire, reader in
                let first = try await scenario.nextNumber(&wire, &reader)
                await scenario.stop()
                let next = try await scenario.nextNumber(&wire, &reader)
                #expect(first == 1 && next == nil)
                let isOver = try await wire.isHungUp()
                #expect(isOver)
            }
        }
    }
}
