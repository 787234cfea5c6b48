import BelayCore
import BelayJSON

/// One event of every type, with every field filled.
enum EventSamples {
    static let path = ModelPath(provider: "main", model: "gpt-mock")
    static let usage = Usage(freshInput: 10, cacheRead: 1, cacheWrite: 2, output: 5, reasoning: 3)
    private static let failed = ModelFailure(
        .rateLimited, status: 429, message: "slow down", retryAfter: .seconds(2), usage: usage)
    private static let toolFailure = ToolFailure(.invalidOutput, "no JSON", mayHaveHappened: true)
    private static let plan = Event.Planned(
        plan: Plan(steps: [
            Plan.Step(id: "a", title: "Look"), Plan.Step(id: "b", title: "Pay", tool: "pay", dependsOn: ["a"]),
        ]), callID: "c1")
    private static let wait = WaitID(rawValue: "wait_00000000000000000000000001")

    static let accepted = Event.accepted(
        .init(
            execution: ExecutionID(rawValue: "exe_00000000000000000000000001"), agent: "clerk", version: "1",
            task: "Pay", user: User("ada", customer: "acme", role: "admin"), session: SessionID(rawValue: "s"),
            continues: ExecutionID(rawValue: "exe_00000000000000000000000002"),
            conversation: [.user("Hello"), .assistant("Good morning.")], isCritical: true))

    static let answered = Event.modelAnswered(
        .init(
            step: 1,
            content: [
                .text("Paying."), .toolCall(ToolCall(id: "c1", name: "pay", arguments: #"{"amount":12}"#)),
                .reasoning(Reasoning(text: "Hm.", signature: "sealed", origin: "main")),
                .toolResult(ToolResult(callID: "c0", content: "ok", isError: false)),
                .image(Attachment(mediaType: "image/png", url: "https://example.com/a.png")),
                .file(Attachment(mediaType: "text/plain", data: "QQ==", name: "a.txt")),
            ],
            stopReason: .toolUse, usage: Self.usage, cost: .estimated(Money(nanoDollars: 139_650)), path: Self.path,
            milliseconds: 321, isDegraded: true))

    static let attemptFailed = Event.attemptFailed(
        .init(attempt: ModelAttempt(path: Self.path, number: 2, failure: Self.failed, duration: .milliseconds(15))))

    static let waitOpened = Event.waitOpened(
        Wait(
            id: Self.wait, kind: .approval, question: "Pay?", context: ["tool": "pay"],
            answerSchema: WaitSchema.approval, callID: "c1", expires: Timestamp(milliseconds: 1_767_225_600_000)))

    static let dispatched = Event.toolCallDispatched(
        .init(
            callID: "c1", idempotencyKey: "k1", argumentsDigest: "aa", attempt: 1,
            repairs: ["removedCodeFence", "quotedKey"], mostCost: Money(nanoDollars: 5_000_000)))

    static let resolved = Event.toolCallResolved(.init(callID: "c1", resolution: .didNotHappen, output: nil, by: "ana"))

    static let all: [Event] = [
        Self.accepted, .planned(Self.plan), .planRevised(Self.plan),
        .limitApproached(.init(kind: .cost, spent: 400_000_000, allowed: 500_000_000, detail: "$0.40 of $0.50")),
        .limitReached(.init(reason: .maxToolCalls, detail: "50 of 50")),
        .completed(.init(output: "Paid.", reason: .completed)),
        .failed(.init(failure: ExecutionFailure(code: "model_rate_limited", message: "busy"))),
        .cancelRequested(.init(by: "ana")), .cancelled(.init()),
        .modelCallPlanned(.init(step: 1, purpose: .summary)), Self.attemptFailed, Self.answered,
        .modelCallFailed(.init(step: 1, failure: Self.failed, userMessage: "Later.")),
        .toolCallDenied(.init(callID: "c1", failure: Self.toolFailure)),
        .toolCallApproved(.init(callID: "c1", by: "ana", argumentsDigest: "aa", editedArguments: "{}")),
        Self.dispatched, .toolCallSucceeded(.init(callID: "c1", output: "ok", milliseconds: 7)),
        .toolCallFailed(.init(callID: "c1", failure: Self.toolFailure, milliseconds: 7)),
        .toolCallInDoubt(.init(callID: "c1", policy: .repeatWithSameKey, reason: "died")), Self.resolved,
        .toolCallBilled(
            .init(callID: "c1", cost: .estimated(Money(nanoDollars: 5_000_000)), anomaly: .missing)),
        Self.waitOpened, .waitAnswered(.init(wait: Self.wait, answer: ["decision": "approve"], by: "ana")),
        .waitExpired(.init(wait: Self.wait)),
        .sessionContinued(.init(tokens: 12_000)),
        .contextCompacted(
            .init(
                cause: .sessionBudget, through: 9, replaced: 6, earlier: [.user("Hello")],
                summary: ContextSummary(
                    text: "Ada asked for order A-1.",
                    facts: [PinnedFact(name: "order", value: "A-1", source: .user)], messages: 6),
                usage: Self.usage, cost: .known(Money(nanoDollars: 5)), path: Self.path, milliseconds: 9)),
        .outputTruncated(.init(callID: "c1", characters: 90, kept: 30)),
        .loopDetected(.init(detail: "pay, pay, pay")), .outputRejected(.init(validator: "schema", error: "no total")),
        .escalated(.init(tier: 3, reason: "no model")),
        .feedbackReceived(.init(score: 0.5, comment: "meh", by: "uma")),
    ]
}
