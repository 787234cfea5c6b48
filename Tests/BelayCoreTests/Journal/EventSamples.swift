import BelayCore
import BelayJSON
import BelayTesting

/// Events with every field drawn at random.
struct EventSamples {
    var random: SeededGenerator

    init(seed: UInt64) { self.random = SeededGenerator(seed: seed) }

    mutating func event(_ name: Event.Name) -> Event {
        switch name {
        case .accepted: .accepted(self.accepted())
        case .planned: .planned(self.planned())
        case .planRevised: .planRevised(self.planned())
        case .limitApproached:
            .limitApproached(
                .init(
                    kind: self.one(of: LimitKind.allCases), spent: Int64(self.int()), allowed: Int64(self.int()),
                    detail: self.text()))
        case .limitReached: .limitReached(.init(reason: self.one(of: TerminationReason.allCases), detail: self.text()))
        case .completed: .completed(.init(output: self.text(), reason: self.one(of: TerminationReason.allCases)))
        case .failed: .failed(.init(failure: ExecutionFailure(code: self.text(), message: self.text())))
        case .cancelRequested: .cancelRequested(.init(by: self.text()))
        case .cancelled: .cancelled(.init())
        case .modelCallPlanned: .modelCallPlanned(.init(step: self.int(), purpose: self.one(of: [.step, .summary])))
        case .attemptFailed: .attemptFailed(.init(attempt: self.attempt()))
        case .modelAnswered: .modelAnswered(self.answer())
        case .modelCallFailed:
            .modelCallFailed(.init(step: self.int(), failure: self.modelFailure(), userMessage: self.text()))
        case .waitOpened: .waitOpened(self.wait())
        case .waitAnswered: .waitAnswered(.init(wait: self.waitID(), answer: self.json(), by: self.text()))
        case .waitExpired: .waitExpired(.init(wait: self.waitID()))
        case .sessionContinued: .sessionContinued(.init(tokens: self.int()))
        case .contextCompacted: .contextCompacted(self.compacted())
        case .outputTruncated: .outputTruncated(.init(callID: self.text(), characters: self.int(), kept: self.int()))
        case .loopDetected: .loopDetected(.init(detail: self.text()))
        case .outputRejected: .outputRejected(.init(validator: self.text(), error: self.text()))
        case .escalated: .escalated(.init(tier: self.int(), reason: self.text()))
        case .feedbackReceived:
            .feedbackReceived(
                .init(
                    score: .random(in: 0...1, using: &self.random), comment: self.maybe { $0.text() }, by: self.text()))
        case .toolCallDenied, .toolCallApproved, .toolCallDispatched, .toolCallSucceeded, .toolCallFailed,
            .toolCallInDoubt, .toolCallResolved, .toolCallBilled:
            self.toolEvent(name)
        }
    }

    private mutating func toolEvent(_ name: Event.Name) -> Event {
        let id = self.text()
        return switch name {
        case .toolCallDenied: .toolCallDenied(.init(callID: id, failure: self.toolFailure()))
        case .toolCallApproved:
            .toolCallApproved(
                .init(
                    callID: id, by: self.text(), argumentsDigest: self.text(), editedArguments: self.maybe { $0.text() }
                ))
        case .toolCallDispatched:
            .toolCallDispatched(
                .init(
                    callID: id, idempotencyKey: self.text(), argumentsDigest: self.text(), attempt: self.int(),
                    repairs: self.maybe { [$0.text()] },
                    mostCost: self.maybe { Money(nanoDollars: Int64($0.int())) }))
        case .toolCallBilled:
            .toolCallBilled(
                .init(
                    callID: id, cost: .estimated(Money(nanoDollars: Int64(self.int()))),
                    anomaly: self.maybe { $0.one(of: ToolCostAnomaly.allCases) }))
        case .toolCallSucceeded:
            .toolCallSucceeded(.init(callID: id, output: self.text(), milliseconds: Int64(self.int())))
        case .toolCallFailed:
            .toolCallFailed(.init(callID: id, failure: self.toolFailure(), milliseconds: Int64(self.int())))
        case .toolCallInDoubt:
            .toolCallInDoubt(
                .init(
                    callID: id, policy: self.one(of: InDoubtPolicy.allCases), reason: self.text(),
                    settlesAt: self.one(of: [nil, Timestamp(milliseconds: 1_767_225_600_123)])))
        default:
            .toolCallResolved(
                .init(
                    callID: id, resolution: self.one(of: [.happened, .didNotHappen, .compensated, .repeatable]),
                    output: self.maybe { $0.text() }, by: self.text()))
        }
    }

    private mutating func accepted() -> Event.Accepted {
        Event.Accepted(
            execution: ExecutionID(rawValue: self.text()), agent: self.text(), version: self.text(), task: self.text(),
            user: User(self.text(), tenant: self.text(), customer: self.maybe { $0.text() }, role: self.text()),
            session: self.maybe { SessionID(rawValue: $0.text()) },
            continues: self.maybe { ExecutionID(rawValue: $0.text()) },
            conversation: self.maybe { [.user($0.text()), .assistant($0.text())] },
            limits: ExecutionLimits(
                maxSteps: self.int(), timeout: .milliseconds(self.int()), maxCost: self.money(), maxRepeats: self.int(),
                atLimit: self.one(of: LimitPolicy.allCases)),
            isCritical: .random(using: &self.random))
    }

    private mutating func compacted() -> Event.ContextCompacted {
        let fact = PinnedFact(name: self.text(), value: self.text(), source: self.one(of: PinnedFact.Source.allCases))
        return Event.ContextCompacted(
            cause: self.one(of: Event.ContextCompacted.Cause.allCases), through: self.int(), replaced: self.int(),
            earlier: [.user(self.text()), Message(role: .assistant, content: [self.content()])],
            summary: ContextSummary(
                text: self.text(), facts: [fact], tools: [self.text()], messages: self.int(), unread: self.int()),
            rejectedFacts: self.int(), usage: self.usage(), cost: self.cost(), path: self.maybe { $0.path() },
            milliseconds: Int64(self.int()), failure: self.maybe { $0.text() })
    }

    private mutating func planned() -> Event.Planned {
        let count = Int.random(in: 0...3, using: &self.random)
        var steps: [Plan.Step] = []
        for _ in 0..<count {
            steps.append(
                Plan.Step(
                    id: self.text(), title: self.text(), tool: self.maybe { $0.text() },
                    dependsOn: [self.text()]))
        }
        return Event.Planned(plan: Plan(steps: steps), callID: self.text())
    }

    private mutating func answer() -> Event.ModelAnswered {
        var content: [Content] = []
        for _ in 0..<Int.random(in: 0...4, using: &self.random) { content.append(self.content()) }
        return Event.ModelAnswered(
            step: self.int(), content: content,
            stopReason: self.one(of: [.endTurn, .toolUse, .maxTokens, .stopSequence, .refused, .other]),
            usage: self.usage(), cost: self.cost(), path: self.path(), milliseconds: Int64(self.int()),
            isDegraded: .random(using: &self.random))
    }

    private mutating func content() -> Content {
        let attachment = Attachment(
            mediaType: self.text(), data: self.maybe { $0.text() }, url: self.maybe { $0.text() },
            name: self.maybe { $0.text() })
        return self.one(of: [
            .text(self.text()), .image(attachment), .file(attachment),
            .reasoning(Reasoning(text: self.text(), signature: self.maybe { $0.text() }, origin: self.text())),
            .toolCall(ToolCall(id: self.text(), name: self.text(), arguments: self.json().serialized())),
            .toolResult(
                ToolResult(callID: self.text(), content: self.text(), isError: .random(using: &self.random))),
        ])
    }

    private mutating func attempt() -> ModelAttempt {
        ModelAttempt(
            path: self.path(), number: self.int(), failure: self.modelFailure(), duration: .milliseconds(self.int()),
            cost: self.maybe { $0.cost() })
    }

    private mutating func modelFailure() -> ModelFailure {
        ModelFailure(
            self.one(of: ModelFailure.Kind.allCases), status: self.maybe { $0.int() }, message: self.text(),
            retryAfter: self.maybe { .milliseconds($0.int()) }, usage: self.maybe { $0.usage() })
    }

    private mutating func toolFailure() -> ToolFailure {
        ToolFailure(
            self.one(of: [.unknownTool, .timeout, .rejected, .internal]), self.text(),
            mayHaveHappened: .random(using: &self.random))
    }

    private mutating func wait() -> Wait {
        Wait(
            id: self.waitID(), kind: self.one(of: WaitKind.allCases), question: self.text(), context: self.json(),
            answerSchema: self.maybe { $0.json(notNull: true) }, callID: self.maybe { $0.text() },
            expires: Timestamp(milliseconds: Int64(self.int())))
    }

    mutating func json(depth: Int = 3, notNull: Bool = false) -> JSON {
        switch Int.random(in: (notNull ? 1 : 0)...(depth > 0 ? 7 : 5), using: &self.random) {
        case 0: .null
        case 1: .bool(.random(using: &self.random))
        case 2: .int(Int64.random(in: .min ... .max, using: &self.random))
        case 3: [0.1, 1e300, -2.5e-9].randomElement(using: &self.random) ?? 0
        case 4, 5: .string(self.text())
        case 6: .array([self.json(depth: depth - 1), self.json(depth: depth - 1)])
        default: .object([self.text(): self.json(depth: depth - 1), self.text(): self.json(depth: depth - 1)])
        }
    }

    private mutating func usage() -> Usage {
        Usage(
            freshInput: self.int(), cacheRead: self.int(), cacheWrite: self.int(), output: self.int(),
            reasoning: self.int())
    }

    private mutating func cost() -> Cost {
        self.one(of: [.known(self.money()), .estimated(self.money()), .unknown])
    }

    private mutating func money() -> Money { Money(nanoDollars: .random(in: .min ... .max, using: &self.random)) }
    private mutating func path() -> ModelPath { ModelPath(provider: self.text(), model: self.text()) }
    private mutating func waitID() -> WaitID { WaitID(rawValue: self.text()) }
    private mutating func int() -> Int { .random(in: 0...1_000_000_000, using: &self.random) }

    mutating func text() -> String {
        let pieces = [
            "", "a", "ä", "\n", "\u{0}", "\"", "\\", "😀", "e\u{301}", "</script>", "$content", "$object", "{}",
        ]
        return (0..<Int.random(in: 0...6, using: &self.random)).map { _ in self.one(of: pieces) }.joined()
    }

    private mutating func one<T>(of values: [T]) -> T { values[Int.random(in: values.indices, using: &self.random)] }

    private mutating func maybe<T>(_ make: (inout Self) -> T) -> T? {
        Bool.random(using: &self.random) ? make(&self) : nil
    }
}
