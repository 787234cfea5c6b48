import BelayCore

/// One execution in the hands of its driver: the folded state, and what happened since the last commit.
struct JournalWriter {
    private(set) var execution: Execution
    private(set) var buffer: [Event] = []
    /// When each event of the buffer happened.
    private var times: [Timestamp] = []
    private var committedSequence: Int
    private var committedWaits: Set<WaitID>
    private var committedState: ExecutionState
    private let held: HeldLease
    private let context: NodeContext

    /// Attempts at a commit that the store had no time for, or whose outcome it couldn't tell.
    private static let maxAttempts = 5
    private static let pageSize = 1_000

    /// Reads and folds the journal of the leased execution.
    init(_ held: HeldLease, context: NodeContext) async throws {
        let history = SessionHistory(store: context.store, logger: context.logger)
        let session = try await history.context(before: held.lease.execution)
        try await self.init(held, context: context, session: session)
    }

    /// - Parameter session: What was said in it before.
    init(_ held: HeldLease, context: NodeContext, session: SessionContext) async throws {
        self.held = held
        self.context = context
        self.execution = try await Self.fold(held.lease.execution, session: session, store: context.store)
        self.committedSequence = self.execution.sequence
        self.committedWaits = Set(self.execution.waits.map(\.id))
        self.committedState = self.execution.state
    }

    var lease: Lease { self.held.lease }

    /// The store's time, as the claim told it: what was claimed because it is due has to be due here too. By a clock that
    /// is behind, an expired wait would be given back and claimed again and again until that clock has caught up.
    var now: Timestamp { self.held.storeTime(at: self.context.timekeeper.now) }

    /// Tells the machine what happened. It is durable after the next commit.
    ///
    /// - Parameter time: When it happened; now if it's nil.
    mutating func record(_ event: Event, at time: Timestamp? = nil) throws {
        let time = time ?? self.now
        try self.execution.apply(
            JournalEvent(sequence: self.execution.sequence + 1, time: time, event: event))
        self.buffer.append(event)
        self.times.append(time)
    }

    /// Whether everybody else still sees the execution at rest.
    var seemsAtRest: Bool { self.committedState == .idle || self.committedState == .waiting }

    mutating func resume() { self.execution.resume(at: self.now) }

    /// Makes everything recorded durable and goes on. Signals that came in meanwhile are taken in first.
    mutating func commit() async throws {
        // When all of it were decisions that no longer follow, nothing is left to write.
        while !self.buffer.isEmpty, try await !self.write(.keep) {}
    }

    /// Makes everything recorded durable and gives the lease back.
    ///
    /// - Returns: False when signals came in, so that what was going to happen has to be decided anew; the lease is
    ///   kept then.
    mutating func leave(_ after: Transition.After) async throws -> Bool { try await self.write(after) }

    /// - Returns: False when signals came in, which were taken in; nothing was written.
    private mutating func write(_ after: Transition.After) async throws -> Bool {
        // Whether an attempt may be carried out yet, so that the next one meets what is its own.
        var mayCome = false
        for attempt in 1... {
            do {
                let stored = try await self.context.store.append(self.transition(after))
                self.committed(stored)
                return true
            } catch StoreError.leaseLost(let id) where mayCome && after != .keep {
                guard try await self.wasWritten() else { throw StoreError.leaseLost(id) }
                return true
            } catch StoreError.sequenceConflict(let expected, let actual) {
                if mayCome, try await self.wasWritten() { return true }
                try await self.rebase()
                // Without this check, a head and a journal that disagree would be a conflict for ever.
                guard actual > expected, self.committedSequence >= actual else {
                    throw DamagedJournal(
                        execution: self.lease.execution,
                        reason: "its head counts \(actual) events and its journal has \(self.committedSequence)")
                }
                return false
            } catch StoreError.busy(let reason) where attempt < Self.maxAttempts {
                try await self.pause(after: attempt, reason)  // Nothing was written: the same again.
            } catch StoreError.notWritable(let reason) where attempt < Self.maxAttempts {
                try await self.pause(after: attempt, reason)  // A disk that was full for a moment costs no result.
            } catch StoreError.unavailable(let reason) where attempt < Self.maxAttempts {
                try await self.pause(after: attempt, reason)
                if try await self.wasWritten() { return true }
                mayCome = true
            }
        }
        preconditionFailure("the last attempt returns or throws")
    }

    /// Takes in signals that came since the last commit, without writing anything.
    mutating func readSignals() async throws { try await self.rebase() }

    private func pause(after attempt: Int, _ reason: String) async throws {
        self.context.trouble.met(.writing, reason)
        try await self.context.clock.sleep(for: .milliseconds(100 << attempt))
    }

    private func transition(_ after: Transition.After) -> Transition {
        let open = Set(self.execution.waits.map(\.id))
        return Transition(
            lease: self.lease, expectedSequence: self.committedSequence, events: self.buffer,
            happened: self.times, head: self.execution.head,
            closedWaits: self.committedWaits.subtracting(open).sorted(), after: after)
    }

    private mutating func committed(_ stored: [JournalEvent]) {
        self.committedSequence += stored.count
        self.committedWaits = Set(self.execution.waits.map(\.id))
        self.committedState = self.execution.state
        self.buffer = []
        self.times = []
        self.context.trouble.worked(.writing)
        self.context.feed.journalGrew(of: self.lease.execution)
        if self.execution.state.isTerminal { self.context.feed.executionEnded(self.execution.head) }
    }

    /// Whether a commit whose outcome was unknown went through after all. Without an answer to that nothing may be written
    /// again.
    private mutating func wasWritten() async throws -> Bool {
        for attempt in 1... {
            do {
                let stored = try await self.context.store.journal(
                    of: self.lease.execution, after: self.committedSequence, limit: max(self.buffer.count, 1))
                guard !self.buffer.isEmpty, stored.map(\.event) == self.buffer else { return false }
                self.committed(stored)
                return true
            } catch StoreError.busy(let reason) where attempt < Self.maxAttempts {
                try await self.pause(after: attempt, reason)
            } catch StoreError.unavailable(let reason) where attempt < Self.maxAttempts {
                try await self.pause(after: attempt, reason)
            }
        }
        return false
    }

    /// Puts what was recorded behind the signals that were stored first. A decision that no longer follows is dropped:
    /// it will be made anew. What was observed always follows.
    private mutating func rebase() async throws {
        let pending = zip(self.buffer, self.times)
        self.execution = try await Self.fold(
            self.lease.execution, session: self.execution.session, store: self.context.store)
        self.committedSequence = self.execution.sequence
        self.committedWaits = Set(self.execution.waits.map(\.id))
        self.committedState = self.execution.state
        self.buffer = []
        self.times = []
        for (event, time) in pending {
            do { try self.record(event, at: time) } catch let error as JournalError {
                guard event.isDecision else { throw error }
            }
        }
        self.resume()  // Last, so that the time that pending events took counts as worked.
    }

    /// - Throws: `StoreError`, `DamagedJournal`.
    static func fold(
        _ id: ExecutionID, session: SessionContext, store: any ExecutionStore
    ) async throws -> Execution {
        do {
            var execution: Execution?
            while true {
                let page = try await store.journal(of: id, after: execution?.sequence ?? 0, limit: Self.pageSize)
                for entry in page {
                    if execution == nil {
                        execution = try Execution(entry, session: session)
                    } else {
                        try execution?.apply(entry)
                    }
                }
                if page.count < Self.pageSize { break }
            }
            guard let execution else { throw StoreError.corrupt("the journal has no events") }
            return execution
        } catch let error as JournalError {
            throw DamagedJournal(
                execution: id, reason: "event \(error.sequence) (\(error.event.rawValue)): \(error.reason)")
        } catch StoreError.corrupt(let reason) {
            throw DamagedJournal(execution: id, reason: reason)
        }
    }
}

extension Event {
    /// Whether the event only follows from others, so that it may be left out and decided anew.
    fileprivate var isDecision: Bool {
        switch self {
        case .planned, .planRevised, .limitApproached, .limitReached, .completed, .failed, .cancelled,
            .modelCallPlanned,
            .sessionContinued, .toolCallDenied, .toolCallApproved, .waitOpened, .waitExpired, .loopDetected,
            .outputRejected, .escalated:
            true
        case .accepted, .cancelRequested, .attemptFailed, .modelAnswered, .modelCallFailed, .toolCallDispatched,
            .toolCallSucceeded, .toolCallFailed, .toolCallInDoubt, .toolCallResolved, .toolCallBilled, .waitAnswered,
            .outputTruncated, .contextCompacted, .feedbackReceived:
            false
        }
    }
}
