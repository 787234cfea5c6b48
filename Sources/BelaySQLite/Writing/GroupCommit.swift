import BelayCore
import GRDB
import Synchronization

/// Puts the writes of concurrent callers into shared transactions: one fsync pays for many, and every caller goes on
/// only after the commit that contains its write.
final class GroupCommit: Sendable {
    /// Writes in one transaction, at most: bounds how long another process waits for its turn.
    static let batchLimit = 512

    private struct State {
        var jobs: [any WriteJob] = []
        var isDraining = false
        var isClosed = false
        /// Why nothing may be written any more.
        var distrust: String?
    }

    private enum Admission { case waits, starts, full, closed }

    private let writer: any DatabaseWriter
    private let capacity: Int
    private let file: FileIdentity?
    private let state = Mutex(State())

    /// - Parameters:
    ///   - file: What has to be there still before each transaction.
    ///   - capacity: Writes that may wait for their transaction; more are refused.
    init(_ writer: any DatabaseWriter, file: FileIdentity? = nil, capacity: Int = 8_192) {
        self.writer = writer
        self.file = file
        self.capacity = capacity
    }

    /// Runs `body` in a transaction with others and returns once it is committed.
    ///
    /// `body` may run twice, the first time without effect. What it refuses by a `StoreError`, it refuses before it
    /// writes.
    func write<Value: Sendable>(_ body: @escaping @Sendable (WriteBatch) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { self.submit(Write(body, $0)) }
    }

    /// Runs the job in a transaction with others, and tells it when that is committed.
    func submit(_ job: any WriteJob) {
        switch self.admit(job) {
        case .waits: break
        case .starts: self.writer.asyncWriteWithoutTransaction { self.drain($0) }
        case .full:
            job.fail(StoreError.busy("nothing was written: \(self.capacity) writes wait already; try again later"))
        case .closed: job.fail(StoreError.failed("nothing was written: the store is closed"))
        }
    }

    /// Why nothing is written any more, if that is so: a sync failed.
    var distrust: String? { self.state.withLock { $0.distrust } }

    /// Refuses new writes. Those that wait are still committed.
    func close() { self.state.withLock { $0.isClosed = true } }

    private func admit(_ job: any WriteJob) -> Admission {
        self.state.withLock { state in
            guard !state.isClosed else { return .closed }
            guard state.jobs.count < self.capacity else { return .full }
            state.jobs.append(job)
            guard !state.isDraining else { return .waits }
            state.isDraining = true
            return .starts
        }
    }

    private func drain(_ db: Database) {
        while true {
            let batch = self.nextBatch()
            guard !batch.isEmpty else { return }
            self.commit(batch, on: db)
        }
    }

    /// The next jobs; none when the queue is empty, which also ends the draining.
    private func nextBatch() -> [any WriteJob] {
        self.state.withLock { state in
            guard !state.jobs.isEmpty else {
                state.isDraining = false
                return []
            }
            if state.jobs.count <= Self.batchLimit {
                defer { state.jobs = [] }
                return state.jobs
            }
            let batch = Array(state.jobs.prefix(Self.batchLimit))
            state.jobs.removeFirst(batch.count)
            return batch
        }
    }

    private func commit(_ batch: [any WriteJob], on db: Database) {
        if let distrust {
            for job in batch { job.fail(StoreError.failed("nothing was written: \(distrust)")) }
            return
        }
        do {
            try self.file?.verify()
        } catch {
            for job in batch { job.fail(error) }
            return
        }
        do {
            let shared = WriteBatch(db)
            try db.inTransaction(.immediate) {
                for job in batch { try job.run(shared) }
                return .commit
            }
            for job in batch { job.succeed() }
        } catch {
            let failure = SQLiteFailure(error)
            if let distrust = failure.distrust { self.state.withLock { $0.distrust = distrust } }
            if batch.count == 1 || failure.concernsTheFile {
                for job in batch { job.fail(failure.error) }
            } else {
                // Everything was rolled back because of one job; alone, the others don't suffer from it.
                for job in batch { self.commit([job], on: db) }
            }
        }
    }
}
