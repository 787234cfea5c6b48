import BelayJSON
import BelayModels
import Testing

/// A way in which providers fail, and what has to come of it.
struct GatewayFault: Sendable, CustomTestStringConvertible {
    /// What the client gets.
    enum ClientView: Sendable {
        case answer(from: String, attempts: Int)
        case error(VendorError, retryAfter: String? = nil)
        /// A stream that has begun, and ends with an error rather than as a whole answer does.
        case brokenOff
        /// The same; or, when the fault came before the gateway had read anything of the answer, another attempt in its place.
        case brokenOffOrReplaced
    }

    struct Outcome: Sendable {
        var client: ClientView
        /// Requests that each provider saw.
        var requests: [Int]
        /// How far apart those to the first provider were, in seconds.
        var gap: ClosedRange<Double>?
        /// How many answers' usage is billed; nil where the providers differ in what they tell of a part of an answer
        /// (`BrokenAttemptCostTests` has the amounts).
        var billed: Int?
        /// Attempts of which nothing of an answer came, so that their input is estimated.
        var unheard = 0
    }

    var name: String
    var setting: FaultBench.Setting
    var whole: Outcome
    var streamed: Outcome
    /// The clocks that have to run out for it, of whole and of streamed answers.
    var deadlines: (whole: Duration, streamed: Duration)?

    var testDescription: String { self.name }

    init(
        _ name: String, _ faults: [[JSON]], whole: Outcome, streamed: Outcome? = nil,
        deadlines: (whole: Duration, streamed: Duration)? = nil,
        setting change: (inout FaultBench.Setting) -> Void = { _ in }
    ) {
        var setting = FaultBench.Setting(faults: faults)
        change(&setting)
        self.name = name
        self.setting = setting
        self.whole = whole
        self.streamed = streamed ?? whole
        self.deadlines = deadlines
    }

    static let all: [GatewayFault] =
        Self.refusals + Self.outages + Self.silences + Self.brokenStreams + Self.contents

    private static func again(
        _ gap: ClosedRange<Double> = 0...1, billed: Int? = 1, unheard: Int = 0
    ) -> Outcome {
        Outcome(
            client: .answer(from: "first/m", attempts: 2), requests: [2, 0], gap: gap, billed: billed, unheard: unheard)
    }

    private static let brokenOff = Outcome(client: .brokenOff, requests: [1, 0])

    private static let refusals: [GatewayFault] = [
        GatewayFault(
            "429 with Retry-After", [[["kind": "rate_limited", "retry_after": "2s", "times": 1]]],
            whole: Self.again(2...2)),
        GatewayFault(
            "429 with a Retry-After beyond the route's patience", [[["kind": "rate_limited", "retry_after": "60s"]]],
            whole: Outcome(client: .answer(from: "second/m", attempts: 2), requests: [1, 1], billed: 1)),
        GatewayFault(
            "429 with a long Retry-After everywhere",
            [[["kind": "rate_limited", "retry_after": "300s"]], [["kind": "rate_limited", "retry_after": "300s"]]],
            whole: Outcome(client: .error(.rateLimited, retryAfter: "300"), requests: [1, 1], billed: 0)),
        GatewayFault(
            "429 without Retry-After", [[["kind": "rate_limited", "times": 1]]], whole: Self.again()),
    ]

    private static let outages: [GatewayFault] = [
        GatewayFault("500 once", [[["kind": "server_error", "times": 1]]], whole: Self.again()),
        GatewayFault(
            "503 for good", [[["kind": "unavailable"]]],
            whole: Outcome(client: .answer(from: "second/m", attempts: 4), requests: [3, 1], gap: 0...2, billed: 1)),
        GatewayFault(
            "503 for good, without a fallback", [[["kind": "unavailable"]], [["kind": "unavailable"]]],
            whole: Outcome(client: .error(.overloaded), requests: [3, 3], gap: 0...2, billed: 0)),
        GatewayFault(
            "connection reset", [[["kind": "reset_before_headers", "times": 1]]], whole: Self.again(unheard: 1)),
    ]

    private static let silences: [GatewayFault] = [
        GatewayFault(
            "silence", [[["kind": "silence", "times": 1]]], whole: Self.again(20...21, unheard: 1),
            streamed: Self.again(8...9, unheard: 1), deadlines: (FaultBench.limits.total, .seconds(8))),
        GatewayFault(
            "slow first token, in time", [[["kind": "slow_first_token", "delay": "3500ms", "times": 1]]],
            whole: Outcome(client: .answer(from: "first/m", attempts: 1), requests: [1, 0], billed: 1),
            deadlines: (.milliseconds(3_500), .milliseconds(3_500))),
        GatewayFault(
            "slow first token, too late", [[["kind": "slow_first_token", "delay": "30s", "times": 1]]],
            whole: Self.again(20...21, unheard: 1), streamed: Self.again(4...5, billed: nil),
            deadlines: (FaultBench.limits.total, .seconds(4))),
        GatewayFault(
            "stall in mid-stream", [[["kind": "stall", "delay": "60s", "times": 1]]],
            whole: Self.again(3...4, billed: nil), streamed: Self.brokenOff, deadlines: (.seconds(3), .seconds(3))),
    ]

    private static let brokenStreams: [GatewayFault] = [
        GatewayFault(
            "cut before any output", [[["kind": "cut", "at": 0, "times": 1]]], whole: Self.again(unheard: 1),
            streamed: Self.again(billed: nil)),
        GatewayFault(
            "cut in mid-stream", [[["kind": "cut", "times": 1]]], whole: Self.again(billed: nil),
            streamed: Self.brokenOff),
        GatewayFault(
            "malformed chunk before any output", [[["kind": "malformed_chunk", "at": 0, "times": 1]]],
            whole: Self.again(unheard: 1), streamed: Self.again(billed: nil)),
        GatewayFault(
            "malformed chunk in mid-stream", [[["kind": "malformed_chunk", "times": 1]]],
            whole: Self.again(billed: nil),
            streamed: Outcome(client: .brokenOffOrReplaced, requests: [1, 0])),
        GatewayFault(
            "malformed event", [[["kind": "malformed_json", "times": 1]]], whole: Self.again(billed: nil),
            streamed: Self.brokenOff),
        GatewayFault(
            "no terminator", [[["kind": "missing_terminator", "times": 1]]],
            whole: Outcome(client: .answer(from: "first/m", attempts: 1), requests: [1, 0], billed: 1),
            streamed: Self.brokenOff),
    ]

    private static let contents: [GatewayFault] = [
        GatewayFault(
            "context overflow, with a larger model", [],
            whole: Outcome(client: .answer(from: "second/large", attempts: 2), requests: [1, 1], billed: 1)
        ) { setting in
            setting.models = ["small", "large"]
            setting.scenario = "models: [{name: small, context_tokens: 1}, large]\n\(FaultBench.Setting.answer)"
        },
        GatewayFault(
            "context overflow, without a larger model", [],
            whole: Outcome(client: .error(.tooLong), requests: [1, 0], billed: 0)
        ) { setting in
            setting.models = ["small", "small"]
            setting.scenario = "models: [{name: small, context_tokens: 1}]\n\(FaultBench.Setting.answer)"
        },
        GatewayFault(
            "content filter", [[["kind": "content_filter"]]],
            whole: Outcome(client: .error(.filtered), requests: [1, 0], billed: 1),
            streamed: Outcome(client: .brokenOff, requests: [1, 0], billed: 1)),
        GatewayFault(
            "content filter, where the route goes on", [[["kind": "content_filter"]]],
            whole: Outcome(client: .answer(from: "second/m", attempts: 2), requests: [1, 1], billed: 2),
            streamed: Outcome(client: .brokenOff, requests: [1, 0], billed: 1)
        ) { $0.route = { $0.onRefusal = .nextPath } },
        GatewayFault(
            "usage right after failover", [[["kind": "empty_answer"]]],
            whole: Outcome(client: .answer(from: "second/m", attempts: 4), requests: [3, 1], gap: 0...2, billed: 4)),
    ]
}
