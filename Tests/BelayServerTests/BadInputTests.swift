import BelayCore
import BelayJSON
import BelayTesting
import Testing

@testable import BelayServer

/// What clients get wrong: a typed problem, a status below 500, and a store as it was before.
@Suite(.timeLimit(.minutes(5)))
struct BadInputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var method = "POST"
        var path = "/v1/agents/support/executions"
        var body: String?
        var headers: [String: String] = [:]
        var status: Int
        var code: String
        var parameter: String?
        /// Part of the message.
        var says: String

        var testDescription: String { self.name }
    }

    static let missing = "exe_00000000000000000000000000"

    static let starting: [Case] = [
        Case(
            name: "task empty", body: #"{"task":" \n"}"#, status: 400, code: "task_invalid", parameter: "task",
            says: "The task is empty. Say what the agent shall do."),
        Case(
            name: "task missing", body: "{}", status: 400, code: "parameter_missing", parameter: "task",
            says: "task is missing."),
        Case(
            name: "task null", body: #"{"task":null}"#, status: 400, code: "parameter_missing", parameter: "task",
            says: "task is missing."),
        Case(
            name: "task a number", body: #"{"task":1}"#, status: 400, code: "parameter_invalid", parameter: "task",
            says: "task has to be a text."),
        Case(
            name: "task too large", body: #"{"task":"\#(String(repeating: "x", count: 262_145))"}"#, status: 413,
            code: "task_too_large", parameter: "task", says: "The task has 262145 bytes, at most 262144 are allowed."),
        Case(
            name: "unknown agent", path: "/v1/agents/nobody/executions", body: #"{"task":"x"}"#, status: 404,
            code: "agent_unknown", parameter: "agent", says: "There is no agent nobody. Known agents: support."),
        Case(
            name: "unknown agent, encoded", path: "/v1/agents/no%20body/executions", body: #"{"task":"x"}"#,
            status: 404, code: "agent_unknown", parameter: "agent", says: "There is no agent no body."),
        Case(
            name: "agent no UTF-8", path: "/v1/agents/%ff/executions", body: #"{"task":"x"}"#,
            status: 400, code: "parameter_invalid", parameter: "agent", says: "agent is not UTF-8"),
        Case(
            name: "unknown parameter", body: #"{"task":"x","tsak":"y"}"#, status: 400, code: "parameter_unknown",
            parameter: "tsak", says: "tsak is not a parameter. Known: critical, session"),
        Case(
            name: "unknown parameter of the user", body: #"{"task":"x","user":{"id":"a","mail":"m"}}"#, status: 400,
            code: "parameter_unknown", parameter: "user.mail", says: "Known: customer, id, role."),
        Case(
            name: "user a text", body: #"{"task":"x","user":"ada"}"#, status: 400, code: "body_invalid",
            parameter: "user", says: "user has to be a JSON object."),
        Case(
            name: "user without id", body: #"{"task":"x","user":{}}"#, status: 400, code: "parameter_missing",
            parameter: "user.id", says: "user.id is missing."),
        Case(
            name: "user with an empty id", body: #"{"task":"x","user":{"id":""}}"#, status: 400,
            code: "parameter_invalid", parameter: "user.id", says: "1 to 256 characters"),
        Case(
            name: "user with a zero byte", body: #"{"task":"x","user":{"id":"a\u0000b"}}"#, status: 400,
            code: "parameter_invalid", parameter: "user.id", says: "none of them a control character"),
        Case(
            name: "session too long", body: #"{"task":"x","session":"\#(String(repeating: "s", count: 257))"}"#,
            status: 400, code: "parameter_invalid", parameter: "session", says: "1 to 256 characters"),
        Case(
            name: "unknown policy", body: #"{"task":"x","session_policy":"queue"}"#, status: 400,
            code: "parameter_invalid", parameter: "session_policy",
            says: "session_policy has to be one of: enqueue, reject, interrupt."),
        Case(
            name: "critical a text", body: #"{"task":"x","critical":"yes"}"#, status: 400, code: "parameter_invalid",
            parameter: "critical", says: "critical has to be true or false."),
        Case(
            name: "wait too long", body: #"{"task":"x","wait":301}"#, status: 400, code: "parameter_invalid",
            parameter: "wait", says: "wait has to be a number from 0 to 300."),
        Case(
            name: "wait a text", body: #"{"task":"x","wait":"5"}"#, status: 400, code: "parameter_invalid",
            parameter: "wait", says: "wait has to be a number from 0 to 300."),
        Case(
            name: "stream a number", body: #"{"task":"x","stream":1}"#, status: 400, code: "parameter_invalid",
            parameter: "stream", says: "stream has to be true or false."),
        Case(
            name: "query parameter", path: "/v1/agents/support/executions?wait=5", body: #"{"task":"x"}"#,
            status: 400, code: "parameter_unknown", parameter: "wait", says: "wait is not a parameter. Known: none."),
        Case(
            name: "empty idempotency key", body: #"{"task":"x"}"#, headers: ["Idempotency-Key": ""], status: 400,
            code: "parameter_invalid", parameter: "Idempotency-Key", says: "1 to 255 characters"),
        Case(
            name: "long idempotency key", body: #"{"task":"x"}"#,
            headers: ["Idempotency-Key": String(repeating: "k", count: 256)], status: 400, code: "parameter_invalid",
            parameter: "Idempotency-Key", says: "1 to 255 characters"),
        Case(
            name: "no JSON", body: "task=x", status: 400, code: "body_not_json",
            says: "The body is not acceptable JSON:"),
        Case(
            name: "no body", status: 400, code: "parameter_missing", parameter: "task", says: "task is missing."),
        Case(name: "a blank body", body: " ", status: 400, code: "body_not_json", says: "not acceptable JSON:"),
        Case(
            name: "JSON with a comma too many", body: #"{"task":"x",}"#, status: 400, code: "body_not_json",
            says: "(line 1, column 13)"),
        Case(
            name: "a key twice", body: #"{"task":"x","task":"y"}"#, status: 400, code: "body_not_json",
            says: "an object repeats a key before here (line 1, column 24)"),
        Case(
            name: "a list", body: #"["x"]"#, status: 400, code: "body_invalid",
            says: "The body has to be a JSON object."
        ),
        Case(
            name: "too deep",
            body: #"{"task":\#(String(repeating: "[", count: 70))\#(String(repeating: "]", count: 70))}"#,
            status: 400, code: "body_not_json", says: "nest"),
        Case(
            name: "too large", body: #"{"task":"\#(String(repeating: "x", count: 1 << 20))"}"#, status: 413,
            code: "body_too_large", says: "The body is larger than 1048576 bytes."),
    ]

    static let observing: [Case] = [
        Case(
            name: "unknown execution", method: "GET", path: "/v1/executions/\(missing)", status: 404,
            code: "execution_not_found", parameter: "id", says: "There is no execution \(missing)."),
        Case(
            name: "events of an unknown execution", method: "GET", path: "/v1/executions/\(missing)/events",
            status: 404, code: "execution_not_found", parameter: "id", says: "There is no execution \(missing)."),
        Case(
            name: "stream of an unknown execution", method: "GET", path: "/v1/executions/\(missing)/events",
            headers: ["Accept": "text/event-stream"], status: 404, code: "execution_not_found", parameter: "id",
            says: "There is no execution"),
        Case(
            name: "cancelling an unknown execution", path: "/v1/executions/\(missing)/cancel", body: "{}", status: 404,
            code: "execution_not_found", parameter: "id", says: "There is no execution"),
        Case(
            name: "a message to an unknown execution", path: "/v1/executions/\(missing)/messages",
            body: #"{"text":"x"}"#, status: 404, code: "execution_not_found", parameter: "id",
            says: "There is no execution"),
        Case(
            name: "feedback for an unknown execution", path: "/v1/executions/\(missing)/feedback",
            body: #"{"score":1}"#, status: 404, code: "execution_not_found", parameter: "id",
            says: "There is no execution"),
        Case(
            name: "after out of range", method: "GET", path: "/v1/executions/ID/events?after=99", status: 400,
            code: "cursor_out_of_range", parameter: "after",
            says: "The execution has 2 events; there is no event 99 to go on from."),
        Case(
            name: "after negative", method: "GET", path: "/v1/executions/ID/events?after=-1", status: 400,
            code: "parameter_invalid", parameter: "after", says: "after has to be a whole number from 0"),
        Case(
            name: "after beyond numbers", method: "GET", path: "/v1/executions/ID/events?after=99999999999999999999",
            status: 400, code: "parameter_invalid", parameter: "after", says: "after has to be a whole number from 0"),
        Case(
            name: "Last-Event-ID out of range", method: "GET", path: "/v1/executions/ID/events",
            headers: ["Last-Event-ID": "3", "Accept": "text/event-stream"], status: 400, code: "cursor_out_of_range",
            parameter: "Last-Event-ID", says: "The execution has 2 events; there is no event 3 to go on from."),
        Case(
            name: "Last-Event-ID no number", method: "GET", path: "/v1/executions/ID/events",
            headers: ["Last-Event-ID": "abc", "Accept": "text/event-stream"], status: 400, code: "parameter_invalid",
            parameter: "Last-Event-ID", says: "Last-Event-ID has to be the number of an event."),
        Case(
            name: "limit 0", method: "GET", path: "/v1/executions/ID/events?limit=0", status: 400,
            code: "parameter_invalid", parameter: "limit", says: "limit has to be a whole number from 1 to 1000."),
        Case(
            name: "limit too high", method: "GET", path: "/v1/executions?limit=1001", status: 400,
            code: "parameter_invalid", parameter: "limit", says: "limit has to be a whole number from 1 to 1000."),
        Case(
            name: "limit twice", method: "GET", path: "/v1/executions?limit=5&limit=6", status: 400,
            code: "parameter_invalid", parameter: "limit", says: "limit is given twice."),
        Case(
            name: "unknown state", method: "GET", path: "/v1/executions?state=done", status: 400,
            code: "parameter_invalid", parameter: "state", says: "state has to be one of: idle, thinking"),
        Case(
            name: "unknown query parameter", method: "GET", path: "/v1/executions?status=failed", status: 400,
            code: "parameter_unknown", parameter: "status", says: "Known: state, agent, user, session, limit, cursor."),
        Case(
            name: "cursor made up", method: "GET", path: "/v1/executions?cursor=abc", status: 400,
            code: "cursor_invalid", parameter: "cursor", says: "This cursor was not given out by this list."),
        Case(
            name: "cursor of another list", method: "GET",
            path: "/v1/executions?cursor=c1.wait_00000000000000000000000001", status: 400, code: "cursor_invalid",
            parameter: "cursor", says: "This cursor was not given out by this list."),
        Case(
            name: "cursor of executions for waits", method: "GET",
            path: "/v1/waits?cursor=c1.\(missing)", status: 400, code: "cursor_invalid",
            parameter: "cursor", says: "This cursor was not given out by this list."),
        Case(
            name: "query no UTF-8", method: "GET", path: "/v1/executions?user=%ff", status: 400,
            code: "parameter_invalid", parameter: "user", says: "user is not UTF-8 in percent-encoding."),
    ]

    static let steering: [Case] = [
        Case(
            name: "unknown wait", method: "GET", path: "/v1/waits/wait_x", status: 404, code: "wait_not_found",
            parameter: "id", says: "There is no wait wait_x."),
        Case(
            name: "answering an unknown wait", path: "/v1/waits/wait_x/answer", body: #"{"answer":{}}"#, status: 404,
            code: "wait_not_found", parameter: "id", says: "There is no wait wait_x."),
        Case(
            name: "answer missing", path: "/v1/waits/WAIT/answer", body: #"{"by":"bob"}"#, status: 400,
            code: "parameter_missing", parameter: "answer", says: "answer is missing."),
        Case(
            name: "answer against the schema", path: "/v1/waits/WAIT/answer", body: #"{"answer":{"decision":"maybe"}}"#,
            status: 422, code: "answer_invalid", parameter: "answer", says: "answer/decision:"),
        Case(
            name: "answer of another kind", path: "/v1/waits/WAIT/answer", body: #"{"answer":"approve"}"#,
            status: 422, code: "answer_invalid", parameter: "answer", says: "answer:"),
        Case(
            name: "an edit without arguments", path: "/v1/waits/WAIT/answer", body: #"{"answer":{"decision":"edit"}}"#,
            status: 422, code: "answer_invalid", parameter: "answer", says: "arguments"),
        Case(
            name: "answered by nobody", path: "/v1/waits/WAIT/answer",
            body: #"{"answer":{"decision":"approve"},"by":""}"#, status: 400, code: "parameter_invalid",
            parameter: "by", says: "1 to 256 characters"),
        Case(
            name: "unknown kind", method: "GET", path: "/v1/waits?kind=human", status: 400, code: "parameter_invalid",
            parameter: "kind", says: "kind has to be one of: approval, input"),
        Case(
            name: "unknown status", method: "GET", path: "/v1/waits?status=closed", status: 400,
            code: "parameter_invalid", parameter: "status",
            says: "status has to be one of: open, answered, expired, cancelled, any."),
        Case(
            name: "a message without a question and a session", path: "/v1/executions/ID/messages",
            body: #"{"text":"And now?"}"#, status: 409, code: "no_session",
            says: "The execution asked nothing and belongs to no session."),
        Case(
            name: "a message without text", path: "/v1/executions/ID/messages", body: "{}", status: 400,
            code: "parameter_missing", parameter: "text", says: "text is missing."),
        Case(
            name: "score missing", path: "/v1/executions/ID/feedback", body: "{}", status: 400,
            code: "parameter_missing", parameter: "score", says: "score is missing."),
        Case(
            name: "score too high", path: "/v1/executions/ID/feedback", body: #"{"score":1.5}"#, status: 400,
            code: "parameter_invalid", parameter: "score", says: "score has to be a number from 0 to 1."),
        Case(
            name: "comment too long", path: "/v1/executions/ID/feedback",
            body: #"{"score":1,"comment":"\#(String(repeating: "c", count: 10_001))"}"#, status: 400,
            code: "parameter_invalid", parameter: "comment", says: "comment has to be a text of at most 10000"),
        Case(
            name: "cancel with a list", path: "/v1/executions/ID/cancel", body: "[]", status: 400,
            code: "body_invalid", says: "The body has to be a JSON object."),
        Case(
            name: "unknown route", method: "GET", path: "/v1/nothing", status: 404, code: "route_unknown",
            says: "There is nothing at /v1/nothing."),
        Case(
            name: "wrong method", method: "DELETE", path: "/v1/executions/ID", status: 405, code: "method_not_allowed",
            says: "takes GET, HEAD, OPTIONS and not DELETE."),
        Case(
            name: "a method of no standard", method: "PROPFIND", path: "/v1/waits", status: 405,
            code: "method_not_allowed", says: "/v1/waits takes GET, HEAD, OPTIONS and not PROPFIND."),
        Case(
            name: "another site's page", body: #"{"task":"x"}"#, headers: ["Origin": "https://evil.example"],
            status: 403, code: "origin_refused", parameter: "Origin", says: "Pages of https://evil.example may not"),
    ]

    @Test(arguments: Self.starting + Self.observing + Self.steering)
    func isRefusedInWordsAndChangesNothing(_ bad: Case) async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let wait = ServerScenario.approval()
            let id = try await scenario.waiting([wait])
            let before = try await scenario.fingerprint()
            let path = bad.path.replacing("/ID", with: "/\(id)").replacing("WAIT", with: wait.id.rawValue)

            let reply = try await scenario.send(
                bad.method, path, bytes: bad.body.map { Array($0.utf8) }, headers: bad.headers)

            #expect(reply.isProblem, "\(reply)")
            #expect(reply.status == bad.status)
            #expect(reply.code == bad.code)
            #expect(try reply.json["parameter"]?.stringValue == bad.parameter)
            #expect(reply.detail.contains(bad.says), "\(reply.detail)")
            #expect(try await scenario.fingerprint() == before)
        }
    }

    @Test func refusesTextThatIsNoUTF8() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let bytes = Array(#"{"task":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)
            let reply = try await scenario.send("POST", "/v1/agents/support/executions", bytes: bytes)
            #expect(reply.status == 400 && reply.code == "body_not_json" && reply.isProblem)
            #expect(reply.detail.contains("UTF-8"), "\(reply.detail)")
            #expect(try await scenario.fingerprint().isEmpty)
        }
    }

    @Test func refusesASecondAnswer() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let wait = ServerScenario.approval()
            _ = try await scenario.waiting([wait])
            let path = "/v1/waits/\(wait.id)/answer"
            let first = try await scenario.send("POST", path, ["answer": ["decision": "approve"], "by": "bob"])
            #expect(first.status == 200)
            #expect(try first.json["status"] == "answered" && first.json["answered_by"] == "bob")
            let before = try await scenario.fingerprint()

            let second = try await scenario.send("POST", path, ["answer": ["decision": "reject"]])

            #expect(second.status == 409 && second.code == "wait_closed" && second.isProblem)
            #expect(second.detail == "The wait \(wait.id) was answered, expired or cancelled before.")
            #expect(try await scenario.fingerprint() == before)
            #expect(try await scenario.store.wait(wait.id)?.answer == ["decision": "approve"])
        }
    }

    @Test func ofAnswersAtOnceOneWins() async throws {
        try await ServerScenario.run(drives: false) { scenario in
            let wait = ServerScenario.approval()
            _ = try await scenario.waiting([wait])
            let codes = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        try await scenario.send(
                            "POST", "/v1/waits/\(wait.id)/answer",
                            ["answer": ["decision": "approve"], "by": .string("person \(number)")]
                        ).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(codes.count { $0 == 200 } == 1 && codes.count { $0 == 409 } == 7)
        }
    }

    @Test func anExecutionThatEndedTakesNoCancel() async throws {
        try await ServerScenario.run(model: ScriptedModel([.text("Done.")])) { scenario in
            let id = try await scenario.startedID(["task": "x", "wait": 30])
            let reply = try await scenario.send("POST", "/v1/executions/\(id)/cancel", [:])
            #expect(reply.status == 409 && reply.code == "execution_ended" && reply.isProblem)
        }
    }
}
