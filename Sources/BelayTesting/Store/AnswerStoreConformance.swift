import BelayCore

/// What every `AnswerStore` has to do: one suite for all of them.
public enum AnswerStoreConformance {
    /// One promise and the way to test it.
    public struct Case: Sendable, CustomStringConvertible {
        /// The promise, in words.
        public let description: String
        let body: @Sendable (any AnswerStore, ManualWallClock) async throws -> Void

        init(
            _ description: String, _ body: @escaping @Sendable (any AnswerStore, ManualWallClock) async throws -> Void
        ) {
            self.description = description
            self.body = body
        }
    }

    /// How many answers a store of these tests keeps at most.
    public static let bound = 20

    public static let cases = [
        Case("an answer is found as it was kept, and no other") { store, clock in
            try await store.keep(Self.answer("a", clock), for: "k", until: Self.later(clock))
            try await Self.expect(store, "k", Self.answer("a", clock))
            try await Self.expect(store, "other", nil)
        },
        Case("a later answer takes the place of an earlier one") { store, clock in
            for text in ["a", "b"] {
                try await store.keep(Self.answer(text, clock), for: "k", until: Self.later(clock))
            }
            try await Self.expect(store, "k", Self.answer("b", clock))
        },
        Case("an answer isn't found when its time is over") { store, clock in
            let answer = Self.answer("a", clock)
            try await store.keep(answer, for: "k", until: Self.later(clock))
            clock.advance(by: .seconds(59))
            try await Self.expect(store, "k", answer)
            clock.advance(by: .seconds(1))
            try await Self.expect(store, "k", nil)
        },
        Case("the oldest make room, and those whose time is over") { store, clock in
            for number in 0..<100 {
                try await store.keep(Self.answer("\(number)", clock), for: "\(number)", until: Self.later(clock))
            }
            try await Self.expect(store, "99", Self.answer("99", clock))
            var found = 0
            for number in 0..<100 where try await store.keptAnswer(for: "\(number)") != nil { found += 1 }
            guard found <= Self.bound else { throw Self.violation("\(found) answers are kept") }
        },
        Case("text comes back as it was, whatever is in it") { store, clock in
            let answer = Self.answer("\u{0}\u{1F469}\u{200D}\u{1F52C} \"'; DROP TABLE kept_answer; --", clock)
            try await store.keep(answer, for: "k'; --", until: Self.later(clock))
            try await Self.expect(store, "k'; --", answer)
        },
    ]

    /// Tries one promise.
    ///
    /// - Parameter makeStore: Makes an empty store with the clock's time, which keeps ``bound`` answers.
    /// - Throws: `StoreConformance.Violation`, or what the store threw where it should not have.
    public static func run(
        _ storeCase: Case, on makeStore: (ManualWallClock) async throws -> any AnswerStore
    ) async throws {
        let clock = ManualWallClock()
        try await storeCase.body(makeStore(clock), clock)
    }

    private static func answer(_ text: String, _ clock: ManualWallClock) -> KeptAnswer {
        KeptAnswer(
            answer: ModelAnswer(
                content: [.text(text)], stopReason: .endTurn, usage: Usage(freshInput: 3, output: 2), model: "m",
                responseID: "r"),
            path: ModelPath(provider: "a", model: "m"), made: clock.now)
    }

    private static func later(_ clock: ManualWallClock) -> Timestamp { clock.now.advanced(by: .seconds(60)) }

    private static func expect(_ store: any AnswerStore, _ key: String, _ answer: KeptAnswer?) async throws {
        let found = try await store.keptAnswer(for: key)
        guard found == answer else { throw Self.violation("under \(key) there is \(String(describing: found))") }
    }

    private static func violation(_ words: String) -> StoreConformance.Violation {
        StoreConformance.Violation(description: words)
    }
}
