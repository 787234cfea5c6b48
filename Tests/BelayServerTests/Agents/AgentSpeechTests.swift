import BelayCore
import Testing

@testable import BelayServer

/// What a client sees of an agent that speaks freely, and that nothing of it is ever unsaid.
struct AgentSpeechTests {
    private static let path = ModelPath(provider: "p", model: "m")

    private static func answered(_ text: String, step: Int = 1) -> Event {
        .modelAnswered(
            .init(
                step: step, content: [.text(text)], stopReason: .endTurn, usage: .zero, cost: .unknown, path: Self.path,
                milliseconds: 1))
    }
    private static func completed(_ text: String) -> Event { .completed(.init(output: text, reason: .completed)) }
    private static let failed = Event.modelCallFailed(
        .init(step: 1, failure: ModelFailure(.cutStream, message: "cut"), userMessage: "Not now."))
    private static let rejected = Event.outputRejected(.init(validator: "length", error: "shorter"))

    /// - Returns: The effect of each delta, after the start of an attempt.
    private func attempt(_ number: Int, _ deltas: String..., on speech: inout AgentSpeech) -> [AgentSpeech.Effect] {
        #expect(speech.take(.attemptStarted(number: number, path: Self.path)) == .nothing)
        return deltas.map { speech.take(.textDelta($0, attempt: number)) }
    }

    @Test func textIsShownAsItIsWrittenAndOnce() {
        var speech = AgentSpeech(isLive: true)
        #expect(self.attempt(1, "All ", "is well.", on: &speech) == [.say("All "), .say("is well.")])
        #expect(speech.take(Self.answered("All is well.")) == .nothing)
        #expect(speech.take(Self.completed("All is well.")) == .nothing)
    }

    @Test func whatWasLostOnTheWayFollowsWithTheAnswer() {
        var speech = AgentSpeech(isLive: true)
        #expect(self.attempt(1, "All ", on: &speech) == [.say("All ")])
        #expect(speech.take(Self.answered("All is well.")) == .say("is well."))
        var late = AgentSpeech(isLive: true)
        #expect(late.take(Self.answered("All is well.")) == .say("All is well."), "another node asked the model")
    }

    @Test func eachStepIsAParagraph() {
        var speech = AgentSpeech(isLive: true)
        _ = self.attempt(1, "Let me look.", on: &speech)
        _ = speech.take(Self.answered("Let me look."))
        #expect(self.attempt(1, "It is ", "there.", on: &speech) == [.say("\n\nIt is "), .say("there.")])
        #expect(speech.take(Self.answered("It is there.", step: 2)) == .nothing)
        #expect(speech.take(Self.answered("", step: 3)) == .nothing)
        #expect(speech.finish("Which one?") == .say("\n\nWhich one?"))
    }

    @Test func aNextAttemptGoesOnFromWhatIsShown() {
        var speech = AgentSpeech(isLive: true)
        _ = self.attempt(1, "All is ", on: &speech)
        #expect(
            self.attempt(2, "All", " is well", ", really", on: &speech) == [.nothing, .say("well"), .say(", really")])
        #expect(speech.take(Self.answered("All is well, really.")) == .say("."))
    }

    @Test func aNextAttemptThatSaysSomethingElseMakesItVoid() {
        var speech = AgentSpeech(isLive: true)
        _ = self.attempt(1, "All is well.", on: &speech)
        #expect(self.attempt(2, "All is lost.", on: &speech) == [.void])
        var shorter = AgentSpeech(isLive: true)
        _ = self.attempt(1, "All is well.", on: &shorter)
        #expect(self.attempt(2, "All is", on: &shorter) == [.nothing], "it may go on the same way")
        #expect(shorter.take(Self.answered("All is")) == .void, "it did not")
    }

    @Test func aCallThatFailedMayStillSayTheSameLater() {
        var speech = AgentSpeech(isLive: true)
        _ = self.attempt(1, "All is ", on: &speech)
        #expect(speech.take(Self.failed) == .nothing)
        #expect(self.attempt(1, "All is well.", on: &speech) == [.say("well.")])
        var person = AgentSpeech(isLive: true)
        _ = self.attempt(1, "All is ", on: &person)
        _ = person.take(Self.failed)
        #expect(person.take(Self.completed("A person answers.")) == .void)
    }

    @Test func anAnswerThatIsSentBackIsVoid() {
        var speech = AgentSpeech(isLive: true)
        _ = speech.take(Self.answered("Far too lo"))
        #expect(speech.take(Self.rejected) == .void)
    }

    @Test func wordsMayBreakInTheMiddleOfACharacter() {
        var speech = AgentSpeech(isLive: true)
        _ = self.attempt(1, "e", on: &speech)
        #expect(self.attempt(2, "e\u{301}", on: &speech) == [.say("\u{301}")])
    }

    @Test func whoseAnswersAreCheckedIsHeardAtTheEndOnly() {
        var speech = AgentSpeech(isLive: false)
        #expect(self.attempt(1, "I refunded it.", on: &speech) == [.nothing])
        #expect(speech.take(Self.answered("I refunded it.")) == .nothing)
        #expect(speech.take(Self.rejected) == .nothing)
        #expect(speech.take(Self.answered("I can't refund it.", step: 2)) == .nothing)
        #expect(speech.take(Self.completed("I can't refund it.")) == .say("I can't refund it."))
    }
}
