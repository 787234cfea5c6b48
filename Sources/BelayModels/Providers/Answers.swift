import BelayCore

/// What every provider's answer has to be, streamed or not.
enum Answers {
    /// Takes an answer as a success, or says why it is none. Its stop reason is what its tool calls bear witness to.
    ///
    /// - Throws: `ModelFailure`: `contentFiltered` when the provider or the model refused, `emptyResponse` when there is
    ///   neither text nor a tool call. Both keep the usage, which is billed all the same.
    static func checked(_ answer: ModelAnswer) throws(ModelFailure) -> ModelAnswer {
        let usage = answer.usage.ifReported
        if answer.stopReason == .refused {
            throw ModelFailure(
                .contentFiltered, message: "the provider or the model refused the content", usage: usage)
        }
        if answer.isEmpty {
            let reason = answer.stopReason == .maxTokens ? " within its limit of output tokens" : ""
            throw ModelFailure(.emptyResponse, message: "the model wrote nothing\(reason)", usage: usage)
        }
        var answer = answer
        answer.stopReason = Self.stopReason(answer.stopReason, hasToolCalls: !answer.toolCalls.isEmpty)
        if answer.stopReason != .stopSequence { answer.stopSequence = nil }
        return answer
    }

    /// The stop reason with the tool calls as witnesses: some servers say "stop" after a tool call, and some say
    /// "tool_calls" without one.
    static func stopReason(_ reported: StopReason, hasToolCalls: Bool) -> StopReason {
        switch (reported, hasToolCalls) {
        case (.endTurn, true), (.other, true), (.stopSequence, true): .toolUse
        case (.toolUse, false): .endTurn
        default: reported
        }
    }
}
