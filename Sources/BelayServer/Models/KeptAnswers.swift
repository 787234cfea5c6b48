import BelayIngress
import BelayResilience
import HTTPTypes

/// Answers by the keys of their requests, so that one that comes again asks no model again.
final class KeptAnswers: Sendable {
    private typealias Work = Task<WholeAnswer, any Error>

    /// - maxEntries: 10,000
    /// - maxBytes: 64 MiB, with what is recorded of streams under way
    /// - lifetime: 10 minutes, within which a client that lost an answer asks again.
    private let state = Locked(
        (
            memory: IdempotencyMemory<NumberedWork>(maxEntries: 10_000, maxBytes: 64 << 20, lifetime: .seconds(600)),
            next: 0
        ))
    private let timekeeper: Timekeeper

    private struct NumberedWork: Sendable {
        /// Nil for a stream, which is its first client's.
        var task: Work?
        var number: Int
    }

    init(clock: any Clock<Duration>) { self.timekeeper = Timekeeper(clock) }

    /// The answer to a request that came before with this key, or else what `make` makes. While several wait for one answer
    /// it is made as long as one of them is there.
    ///
    /// - Parameters:
    ///   - digest: Of everything that makes two requests the same.
    ///   - grant: Ended by `make`; here, without tokens, where that isn't called.
    /// - Throws: `IngressProblem` when the key belongs to another request; else what `make` throws.
    func answer(
        for key: String, digest: String, _ grant: RateGrant? = nil,
        make: @escaping @Sendable () async throws -> WholeAnswer
    ) async throws -> WholeAnswer {
        let now = self.timekeeper.now
        let (claim, isOwn) = self.state.withLock { state -> (IdempotencyMemory<NumberedWork>.Claim, Bool) in
            let claim = state.memory.claim(key, digest: digest, at: now)
            guard case .new = claim else { return (claim, false) }
            state.next += 1
            let number = state.next
            let task = Work { try await self.making(key, number, make) }
            let work = NumberedWork(task: task, number: number)
            state.memory.begin(key, digest: digest, work, number: number)
            return (.join(work), true)
        }
        defer { if !isOwn { grant?.end(tokens: 0) } }
        switch claim {
        case .conflict: throw Self.used
        case .repeated(let answer): return answer
        case .join(let work): return try await self.wait(for: work, key)
        case .new: preconditionFailure("A new request has begun above.")
        }
    }

    /// Who gets a streamed answer.
    enum StreamClaim: Sendable {
        /// A stream came before with this key: it is sent again.
        case repeated(WholeAnswer)
        /// The key is the caller's, to whom the answer goes, through this.
        case own(StreamRecord)
    }

    /// Claims a key for a streamed answer.
    ///
    /// A stream has one reader, whose pace is that of its provider: who comes while it is under way is told to come again.
    ///
    /// - Parameters:
    ///   - digest: Of everything that makes two requests the same.
    ///   - grant: Ended, without tokens, unless the key becomes the caller's.
    /// - Throws: `IngressProblem` when the key belongs to another request, or the same is under way.
    func stream(for key: String, digest: String, _ grant: RateGrant? = nil) throws(IngressProblem) -> StreamClaim {
        let now = self.timekeeper.now
        let (claim, number) = self.state.withLock { state -> (IdempotencyMemory<NumberedWork>.Claim, Int) in
            let claim = state.memory.claim(key, digest: digest, at: now)
            state.next += 1
            switch claim {
            case .new:
                state.memory.begin(key, digest: digest, NumberedWork(task: nil, number: state.next), number: state.next)
            case .join(let work): _ = state.memory.leave(key, number: work.number)
            case .repeated, .conflict: break
            }
            return (claim, state.next)
        }
        if case .new = claim {} else { grant?.end(tokens: 0) }
        switch claim {
        case .conflict: throw Self.used
        case .join: throw Self.underWay
        case .repeated(let answer): return .repeated(answer)
        case .new: return .own(StreamRecord(of: key, number: number, in: self))
        }
    }

    private static var used: IngressProblem {
        IngressProblem(.badValue, "The Idempotency-Key was used with another request. Use a new one.")
    }

    private static var underWay: IngressProblem {
        IngressProblem(
            .conflict, "The answer to the request with this Idempotency-Key is still being streamed. Try again later.",
            retryAfter: .seconds(1))
    }

    /// Makes room for a part of a stream that is under way.
    ///
    /// - Returns: Whether there is room. What got it is to be reported with ``ended(_:_:_:recorded:)``.
    func record(_ count: Int) -> Bool {
        let now = self.timekeeper.now
        return self.state.withLock { $0.memory.record(count, at: now) }
    }

    /// What a record got room for is forgotten, though its stream goes on.
    func drop(_ count: Int) { self.state.withLock { $0.memory.drop(count) } }

    /// - Parameters:
    ///   - answer: Nil when there is none to be kept.
    ///   - recorded: What the answer got room for while it was under way, in bytes.
    func ended(_ key: String, _ number: Int, _ answer: WholeAnswer?, recorded: Int = 0) {
        let now = self.timekeeper.now
        self.state.withLock { state in
            state.memory.drop(recorded)
            state.memory.end(key, number: number, with: answer, at: now)
        }
    }

    private func making(
        _ key: String, _ number: Int, _ make: @Sendable () async throws -> WholeAnswer
    ) async throws -> WholeAnswer {
        let result: Result<WholeAnswer, any Error>
        do { result = .success(try await make()) } catch { result = .failure(error) }
        self.ended(key, number, try? result.get())  // A failure is thrown below.
        return try result.get()
    }

    private func wait(for work: NumberedWork, _ key: String) async throws -> WholeAnswer {
        // Which of the two it is stands in the body, and so in the digest.
        guard let task = work.task else {
            preconditionFailure("A streamed request has another digest than a whole one.")
        }
        return try await withTaskCancellationHandler {
            try await task.value
        } onCancel: {
            self.state.withLock { $0.memory.leave(key, number: work.number) }?.task?.cancel()
        }
    }
}
