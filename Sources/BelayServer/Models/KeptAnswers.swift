import BelayIngress
import BelayResilience
import HTTPTypes

/// Answers by the keys of their requests, so that one that comes again asks no model again.
final class KeptAnswers: Sendable {
    private typealias Work = Task<WholeAnswer, any Error>

    /// - maxEntries: 10,000
    /// - maxBytes: 64 MiB
    /// - lifetime: 10 minutes, within which a client that lost an answer asks again.
    private let state = Locked(
        (
            memory: IdempotencyMemory<NumberedWork>(maxEntries: 10_000, maxBytes: 64 << 20, lifetime: .seconds(600)),
            next: 0
        ))
    private let timekeeper: Timekeeper

    private struct NumberedWork: Sendable {
        var task: Work
        var number: Int
    }

    init(clock: any Clock<Duration>) { self.timekeeper = Timekeeper(clock) }

    /// The answer to a request that came before with this key, or else what `make` makes. While several wait for one answer
    /// it is made as long as one of them is there.
    ///
    /// - Parameter digest: Of everything that makes two requests the same.
    /// - Throws: `IngressProblem` when the key belongs to another request; else what `make` throws.
    func answer(
        for key: String, digest: String, make: @escaping @Sendable () async throws -> WholeAnswer
    ) async throws -> WholeAnswer {
        let now = self.timekeeper.now
        let claim = self.state.withLock { state -> IdempotencyMemory<NumberedWork>.Claim in
            let claim = state.memory.claim(key, digest: digest, at: now)
            guard case .new = claim else { return claim }
            state.next += 1
            let number = state.next
            let task = Work { try await self.making(key, number, make) }
            let work = NumberedWork(task: task, number: number)
            state.memory.begin(key, digest: digest, work, number: number)
            return .join(work)
        }
        switch claim {
        case .conflict:
            throw IngressProblem(
                .badValue, "The Idempotency-Key was used with another request. Use a new one.")
        case .repeated(let answer): return answer
        case .join(let work): return try await self.wait(for: work, key)
        case .new: preconditionFailure("A new request has begun above.")
        }
    }

    private func making(
        _ key: String, _ number: Int, _ make: @Sendable () async throws -> WholeAnswer
    ) async throws -> WholeAnswer {
        let result: Result<WholeAnswer, any Error>
        do { result = .success(try await make()) } catch { result = .failure(error) }
        let now = self.timekeeper.now
        self.state.withLock {
            $0.memory.end(key, number: number, with: try? result.get(), at: now)  // A failure is thrown below.
        }
        return try result.get()
    }

    private func wait(for work: NumberedWork, _ key: String) async throws -> WholeAnswer {
        try await withTaskCancellationHandler {
            try await work.task.value
        } onCancel: {
            self.state.withLock { $0.memory.leave(key, number: work.number) }?.task.cancel()
        }
    }
}
