import BelayCore

/// Shared answers of one process, for tests.
public actor InMemoryAnswerStore: AnswerStore {
    private struct Kept {
        var answer: KeptAnswer
        var expiry: Timestamp
        var number: Int
    }

    private let clock: any WallClock
    private let maxAnswers: Int
    private var answers: [String: Kept] = [:]
    private var numbers = 0

    /// - Parameter maxAnswers: From 1.
    public init(clock: any WallClock = SystemWallClock(), maxAnswers: Int = 10_000) {
        self.clock = clock
        self.maxAnswers = max(1, maxAnswers)
    }

    public func keptAnswer(for key: String) -> KeptAnswer? {
        guard let kept = self.answers[key], self.clock.now < kept.expiry else { return nil }
        return kept.answer
    }

    public func keep(_ answer: KeptAnswer, for key: String, until expiry: Timestamp) {
        self.numbers += 1
        self.answers[key] = Kept(answer: answer, expiry: expiry, number: self.numbers)
        if self.answers.count > self.maxAnswers,
            let oldest = self.answers.min(by: { $0.value.number < $1.value.number })
        {
            self.answers[oldest.key] = nil
        }
    }
}
