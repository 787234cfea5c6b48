import BelayJSON

extension Execution {
    /// Carries the calls of a step on: built-in tools and refusals here, everything else by the runtime's pipeline.
    func nextForCalls(
        at now: Timestamp, agent: AgentDefinition, using random: inout some RandomNumberGenerator
    ) -> Command {
        var events: [Event] = []
        for (index, open) in self.calls.enumerated() {
            if let reason = self.refusal(of: open, at: index) {
                events.append(self.denied(open, reason))
            } else {
                events += self.facts(about: open, at: now, agent: agent, using: &random)
            }
        }
        if !events.isEmpty { return .append(events) }
        let actionable = self.calls.filter(self.isActionable)
        return actionable.isEmpty ? .wait(until: self.waits.map(\.expires).min()) : .runTools(actionable)
    }

    private func facts(
        about open: OpenCall, at now: Timestamp, agent: AgentDefinition, using random: inout some RandomNumberGenerator
    ) -> [Event] {
        switch open.phase {
        case .requested:
            guard let tool = BuiltInTool(rawValue: open.call.name), BuiltInTool.available(to: agent).contains(tool)
            else { return [] }
            return self.perform(tool, open.call, at: now, agent: agent, using: &random)
        case .refused(let reason): return [self.denied(open, reason)]
        case .inDoubt(let policy, let attempts):
            return self.settle(open, by: policy, attempts: attempts, at: now, agent: agent, using: &random)
        case .awaiting, .consented, .ready, .dispatched, .pausing, .done: return []
        }
    }

    /// Why a call is not made any more, or not even looked at; nil when nothing stands in its way.
    private func refusal(of open: OpenCall, at index: Int) -> String? {
        guard open.isUnsent else { return nil }
        // Consent that comes after a person gave the answer is for nothing.
        switch self.obstacle {
        case .answeredByPerson: return "A person took over and answered: the call was not made."
        case .handoffExpired: return "Nobody took over in time: the call was not made."
        case .none, .modelFailed: break
        }
        guard open.phase == .requested else { return nil }
        if self.limit != nil { return "A limit was reached: the call was not made." }
        // A model may ask for any number of calls at once; only as many as are left are made.
        guard self.toolCalls - self.calls.count + index >= self.limits.maxToolCalls else { return nil }
        return "The limit of \(self.limits.maxToolCalls) tool calls was reached: the call was not made."
    }

    private func denied(_ open: OpenCall, _ reason: String) -> Event {
        .toolCallDenied(.init(callID: open.call.id, failure: ToolFailure(.denied, reason)))
    }

    private func perform(
        _ tool: BuiltInTool, _ call: ToolCall, at now: Timestamp, agent: AgentDefinition,
        using random: inout some RandomNumberGenerator
    ) -> [Event] {
        guard let arguments = try? JSON.parse(call.arguments) else {
            return [self.invalid(call, "the arguments are not JSON")]
        }
        switch tool {
        case .askUser:
            guard let question = arguments["question"]?.stringValue, !question.isEmpty else {
                return [self.invalid(call, "question has to be a text")]
            }
            return [
                .waitOpened(
                    Wait(
                        id: .make(at: now, using: &random), kind: .input, question: question,
                        answerSchema: WaitSchema.input, callID: call.id, expires: now.advanced(by: agent.waitExpiry)))
            ]
        case .handOff:
            guard let reason = arguments["reason"]?.stringValue, !reason.isEmpty else {
                return [self.invalid(call, "reason has to be a text")]
            }
            return self.handOff(reason: reason, callID: call.id, at: now, agent: agent, using: &random)
        case .makePlan: return self.makePlan(call, arguments, agent: agent)
        }
    }

    private func makePlan(_ call: ToolCall, _ arguments: JSON, agent: AgentDefinition) -> [Event] {
        let steps = arguments["steps"]?.arrayValue ?? []
        let plan = Plan(
            steps: steps.map { step in
                Plan.Step(
                    id: step["id"]?.stringValue ?? "", title: step["title"]?.stringValue ?? "",
                    tool: step["tool"]?.stringValue,
                    dependsOn: step["depends_on"]?.arrayValue?.compactMap(\.stringValue) ?? [])
            })
        if let problem = plan.problem(tools: agent.tools + BuiltInTool.available(to: agent).map(\.rawValue)) {
            return [self.invalid(call, problem)]
        }
        let planned = Event.Planned(plan: plan, callID: call.id)
        return [
            self.plan == nil ? .planned(planned) : .planRevised(planned),
            .toolCallSucceeded(.init(callID: call.id, output: "The plan is recorded.", milliseconds: 0)),
        ]
    }

    private func invalid(_ call: ToolCall, _ problem: String) -> Event {
        .toolCallDenied(
            .init(
                callID: call.id,
                failure: ToolFailure(.invalidArguments, "Invalid arguments for \(call.name): \(problem).")))
    }
}
