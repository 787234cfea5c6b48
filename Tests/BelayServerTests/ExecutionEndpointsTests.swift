import BelayCore
import BelayJSON
import BelayTesting
import Testing

@testable import BelayServer

@Suite(.timeLimit(.minutes(5)))
struct ExecutionEndpointsTests {
    @Test func aStartIsDurableWhenItIsAnswered() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let reply = try await scenario.start([
                "task": "Where is it?", "user": ["id": "ada", "customer": "acme", "role": "vip"], "session": "s1",
                "session_policy": "enqueue", "critical": true, "stream": false, "wait": 0,
            ])
            #expect(reply.status == 201)
            let id = try #require(try reply.json["id"]?.stringValue)
            #expect(reply.headers["location"] == "/v1/executions/\(id)")
            let journal = try await scenario.store.journal(of: ExecutionID(rawValue: id), after: 0, limit: 10)
            guard case .accepted(let accepted)? = journal.first?.event else { throw Wire.HungUp() }
            #expect(accepted.user == User("ada", customer: "acme", role: "vip"))
            #expect(accepted.session == SessionID(rawValue: "s1") && accepted.isCritical)
        }
    }

    @Test func waitGivesTheOutcome() async throws {
        try await ServerScenario.run(model: ScriptedModel([.text("On its way.")])) { scenario in
            let reply = try await scenario.start(["task": "Where is it?", "wait": 30])
            let json = try reply.json
            #expect(reply.status == 201 && json["state"] == "completed" && json["output"] == "On its way.")
            #expect(json["failure"] == .null && json["waits"] == [])
        }
    }

    @Test func waitThatEndsFirstAnswersWhatThereIs() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let reply = try await scenario.start(["task": "Where is it?", "wait": 0.01])
            #expect(reply.status == 201)
            #expect(try reply.json["state"] == "idle" && reply.json["output"] == .null)
        }
    }

    @Test func waitReturnsWithAQuestionAndAMessageAnswersIt() async throws {
        let model = ScriptedModel([
            .call("ask_user", ["question": "Which order?"], id: "c1"), .text("Order 7 is on its way."),
        ])
        try await ServerScenario.run(model: model) { scenario in
            let asked = try await scenario.start(["task": "Where is it?", "user": ["id": "ada"], "wait": 30]).json
            #expect(asked["state"] == "waiting")
            #expect(asked["waits"]?[0]?["kind"] == "input" && asked["waits"]?[0]?["question"] == "Which order?")
            let id = asked["id"]?.stringValue ?? ""

            let reply = try await scenario.send("POST", "/v1/executions/\(id)/messages", ["text": "Number 7"])

            #expect(reply.status == 202)
            _ = try await scenario.runtime.outcome(of: ExecutionID(rawValue: id))
            let shown = try await scenario.send("GET", "/v1/executions/\(id)").json
            #expect(shown["state"] == "completed" && shown["output"] == "Order 7 is on its way.")
            let wait = try await scenario.send("GET", "/v1/waits/\(asked["waits"]?[0]?["id"]?.stringValue ?? "")").json
            #expect(wait["answered_by"] == "ada" && wait["answer"] == ["text": "Number 7"])
        }
    }

    @Test func aMessageThatAnswersMayBeSentAgainWithItsKey() async throws {
        let model = ScriptedModel([
            .call("ask_user", ["question": "Which order?"], id: "c1"),
            .call("ask_user", ["question": "Which address?"], id: "c2"),
        ])
        try await ServerScenario.run(model: model) { scenario in
            let asked = try await scenario.start(["task": "Where is it?", "user": ["id": "ada"], "wait": 30]).json
            let id = ExecutionID(rawValue: asked["id"]?.stringValue ?? "")
            let path = "/v1/executions/\(id)/messages"
            let key = ["Idempotency-Key": "m1"]
            let first = try await scenario.send("POST", path, ["text": "Number 7"], headers: key)
            // The next question is open when the message comes again.
            var asks = 0
            for try await item in scenario.runtime.events(of: id) {
                if case .event(let entry) = item, entry.event.name == .waitOpened { asks += 1 }
                if asks == 2 { break }
            }
            let again = try await scenario.send("POST", path, ["text": "Number 7"], headers: key)
            let other = try await scenario.send("POST", path, ["text": "Number 8"], headers: key)
            #expect(first.status == 202 && again.status == 202)
            #expect(other.status == 422 && other.code == "idempotency_conflict")
            let journal = try await scenario.store.journal(of: id, after: 0, limit: 100)
            #expect(journal.count { $0.event.name == .waitAnswered } == 1)
        }
    }

    @Test func aMessageIsTheNextTaskOfTheSession() async throws {
        try await ServerScenario.run(model: ScriptedModel([.text("One."), .text("Two.")])) { scenario in
            let first = try await scenario.start(["task": "First", "session": "s1", "wait": 30]).json
            let path = "/v1/executions/\(first["id"]?.stringValue ?? "")/messages"
            let key = ["Idempotency-Key": "m1"]
            let next = try await scenario.send("POST", path, ["text": "Second"], headers: key)
            let again = try await scenario.send("POST", path, ["text": "Second"], headers: key)

            #expect(next.status == 201 && again.status == 200)
            #expect(try next.json["id"] == again.json["id"] && next.json["id"] != first["id"])
            #expect(try next.json["session"] == "s1" && next.json["task"] == "Second")
        }
    }

    @Test func anEmptyMessageIsRefusedByItsOwnName() async throws {
        try await ServerScenario.run(model: ScriptedModel([.text("One.")])) { scenario in
            let first = try await scenario.start(["task": "First", "session": "s1", "wait": 30]).json
            let path = "/v1/executions/\(first["id"]?.stringValue ?? "")/messages"
            let before = try await scenario.fingerprint()
            let reply = try await scenario.send("POST", path, ["text": " "])
            #expect(reply.status == 400 && reply.isProblem)
            #expect(try reply.json["parameter"] == "text" && reply.code == "task_invalid")
            #expect(try await scenario.fingerprint() == before)
        }
    }

    @Test func cancelEndsARunningExecution() async throws {
        try await ServerScenario.run(model: ScriptedModel([.silence])) { scenario in
            let id = try await scenario.startedID()
            let reply = try await scenario.send("POST", "/v1/executions/\(id)/cancel", ["by": "bob"])
            #expect(reply.status == 202)
            let outcome = try await scenario.runtime.outcome(of: id)
            #expect(outcome.head.state == .cancelled)
            let journal = try await scenario.store.journal(of: id, after: 0, limit: 100)
            #expect(journal.contains { $0.event == .cancelRequested(.init(by: "bob")) })
        }
    }

    @Test func feedbackIsWelcomeAfterTheEnd() async throws {
        try await ServerScenario.run(model: ScriptedModel([.text("One.")])) { scenario in
            let id = try await scenario.startedID(["task": "First", "wait": 30])
            let reply = try await scenario.send(
                "POST", "/v1/executions/\(id)/feedback", ["score": 0.5, "comment": "Fine", "by": "ada"])
            #expect(reply.status == 200)
            let last = try await scenario.store.journal(of: id, after: 0, limit: 100).last
            #expect(last?.event == .feedbackReceived(.init(score: 0.5, comment: "Fine", by: "ada")))
        }
    }

    @Test func listsAreFilteredAndPagedWithoutGaps() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            var expected: [String] = []
            for number in 0..<23 {
                let user = number.isMultiple(of: 2) ? "ada & co" : "bob"
                let session: JSON = number.isMultiple(of: 2) ? "s/1" : "s/2"
                let id = try await scenario.startedID(["task": "x", "user": ["id": .string(user)], "session": session])
                if number.isMultiple(of: 2) { expected.append(id.rawValue) }
            }
            var seen: [String] = []
            var query = "user=ada+%26%20co&limit=5&state=idle&agent=support&session=s%2F1"
            while true {
                let page = try await scenario.send("GET", "/v1/executions?\(query)").json
                seen += (page["items"]?.arrayValue ?? []).compactMap { $0["id"]?.stringValue }
                guard let next = page["next"]?.stringValue else { break }
                query = "user=ada+%26%20co&limit=5&cursor=\(next)"
            }
            #expect(seen == expected.sorted(by: >))
        }
    }

    @Test func theJournalIsPagedWithoutGaps() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let id = try await scenario.startedID()
            let lease = try await scenario.lease(id)
            try await scenario.append(Array(repeating: EventStreamTests.note(1), count: 10), under: lease)
            var numbers: [Int] = []
            var after: Int? = 0
            while let place = after {
                let page = try await scenario.send("GET", "/v1/executions/\(id)/events?after=\(place)&limit=4").json
                numbers += (page["items"]?.arrayValue ?? []).compactMap { $0["sequence"]?.intValue }
                after = page["next"]?.intValue
            }
            #expect(numbers == Array(1...11))
        }
    }

    @Test func sameKeySameRequestIsOneExecutionAlsoAtOnce() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
                for _ in 0..<16 { group.addTask { try await scenario.start(["task": "Pay"], key: "k1") } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(try replies.map { try $0.json["id"] }).count == 1)
            #expect(replies.count { $0.status == 201 } == 1 && replies.count { $0.status == 200 } == 15)
            #expect(try await scenario.fingerprint().count == 1)
        }
    }

    @Test(
        arguments: [
            ["task": "Other"], ["task": "Pay", "critical": true], ["task": "Pay", "session": "s"],
            ["task": "Pay", "user": ["id": "bob"]], ["task": "Pay", "user": ["id": "anonymous", "role": "admin"]],
            ["task": "Pay", "session_policy": "reject"],
        ] as [JSON])
    func sameKeyOtherRequestIsRefused(_ other: JSON) async throws {
        try await ServerScenario.run(drives: false) { scenario in
            _ = try await scenario.start(["task": "Pay"], key: "k1")
            let before = try await scenario.fingerprint()
            let reply = try await scenario.start(other, key: "k1")
            #expect(reply.status == 422 && reply.code == "idempotency_conflict" && reply.isProblem)
            #expect(reply.detail == "The key k1 was used with another request. Use a new one.")
            #expect(try reply.json["parameter"] == "Idempotency-Key")
            #expect(try await scenario.fingerprint() == before)
        }
    }

    @Test func aBusySessionIsRefusedWhenThePolicySaysSo() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            _ = try await scenario.start(["task": "First", "session": "s1"])
            let reply = try await scenario.start(["task": "Second", "session": "s1", "session_policy": "reject"])
            #expect(reply.status == 409 && reply.code == "session_busy" && reply.isProblem)
            #expect(try await scenario.fingerprint().count == 1)
        }
    }

    @Test(arguments: ["enqueue", "reject", "interrupt"])
    func aSessionOfAnotherUserIsUnknownAndNotTouched(_ policy: String) async throws {
        try await ServerScenario.run(drives: false) { scenario in
            _ = try await scenario.start(["task": "First", "session": "s1", "user": ["id": "ada"]])
            let before = try await scenario.fingerprint()
            let reply = try await scenario.start([
                "task": "What did she say?", "session": "s1", "session_policy": .string(policy), "user": ["id": "bob"],
            ])
            #expect(reply.status == 404 && reply.code == "session_unknown" && reply.isProblem)
            #expect(reply.detail == "This user can't go on with the session s1. Name another one.")
            #expect(try reply.json["parameter"] == "session")
            #expect(try await scenario.fingerprint() == before)
        }
    }

    @Test(arguments: [nil, "", "{}"])
    func cancellingNeedsNoBody(_ body: String?) async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let id = try await scenario.startedID()
            let reply = try await scenario.send(
                "POST", "/v1/executions/\(id)/cancel", bytes: body.map { Array($0.utf8) })
            #expect(reply.status == 202, "\(reply.detail)")
            let events = try await scenario.send("GET", "/v1/executions/\(id)/events").json["items"]?.arrayValue
            #expect(events?.contains { $0["type"] == "cancel_requested" && $0["by"] == "api" } == true)
            let document = try await scenario.send("GET", "/openapi.json").json["paths"]
            #expect(document?["/v1/executions/{id}/cancel"]?["post"]?["requestBody"]?["required"] == false)
            #expect(document?["/v1/waits/{id}/answer"]?["post"]?["requestBody"]?["required"] == true)
        }
    }
}
