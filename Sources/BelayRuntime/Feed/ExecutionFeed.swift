import BelayCore
import BelayResilience

/// Follows an execution: every event in order, without gap or repeat, and text as it is written in this process.
///
/// Events are read from the journal, so a reader that is slow, or that comes back with the number of the last event it
/// saw, misses none. The sequence ends after the event that ends the execution, or when the runtime stops; the reader
/// then goes on at another runtime.
public struct ExecutionFeed: AsyncSequence, Sendable {
    let execution: ExecutionID
    let sequence: Int
    let heartbeat: Duration?
    let context: NodeContext

    public func makeAsyncIterator() -> Iterator {
        Iterator(
            execution: self.execution, sequence: self.sequence, heartbeat: self.heartbeat, context: self.context,
            subscription: self.context.feed.subscribe(to: self.execution))
    }

    public struct Iterator: AsyncIteratorProtocol {
        let execution: ExecutionID
        var sequence: Int
        let heartbeat: Duration?
        let context: NodeContext
        let subscription: FeedSubscription
        private var ready: ArraySlice<FeedItem> = []
        /// Progress that hasn't found its place between the events.
        private var progress: [FeedItem] = []
        /// Progress of steps that begin after the events read so far.
        private var ahead: [FeedItem] = []
        /// The last step whose answer was read.
        private var answeredStep = 0
        private var isOver = false
        private var hasCheckedForEnd = false
        private let timekeeper: Timekeeper
        /// When the reader was given something last.
        private var silentSince: Moment

        private static let pageSize = 500

        init(
            execution: ExecutionID, sequence: Int, heartbeat: Duration?, context: NodeContext,
            subscription: FeedSubscription
        ) {
            self.execution = execution
            self.sequence = sequence
            self.heartbeat = heartbeat
            self.context = context
            self.subscription = subscription
            self.timekeeper = Timekeeper(context.clock)
            self.silentSince = self.timekeeper.now
        }

        /// - Throws: `RequestError` `executionNotFound` or `storeUnavailable`; go on later from the last event seen.
        public mutating func next() async throws -> FeedItem? {
            while true {
                try Task.checkCancellation()
                if let item = self.ready.popFirst() {
                    self.silentSince = self.timekeeper.now
                    return item
                }
                if self.isOver { return nil }
                self.progress += self.ahead + self.subscription.mailbox.takeAll()
                self.ahead = []
                try await self.readJournal()
                if self.ready.isEmpty, self.context.stopping.isFired { return nil }
                if self.ready.isEmpty, !self.isOver {
                    var pause = self.context.options.pollInterval
                    if let heartbeat {
                        let left = heartbeat - self.silentSince.duration(to: self.timekeeper.now)
                        if left <= .zero {
                            self.silentSince = self.timekeeper.now
                            return .heartbeat
                        }
                        pause = Swift.min(pause, left)
                    }
                    await self.subscription.mailbox.doorbell.wait(atMost: pause, clock: self.context.clock)
                }
            }
        }

        private mutating func readJournal() async throws {
            let sequence = self.sequence
            let page = try await RequestError.reading {
                try await self.context.store.journal(of: self.execution, after: sequence, limit: Self.pageSize)
            }
            self.takeProgress(concludedBy: page)
            // Taken from the mailbox before: what the journal doesn't answer yet is under way.
            for entry in page {
                if let step = entry.event.concludedStep { self.showProgress(through: step) }
                if case .modelAnswered(let answer) = entry.event { self.answeredStep = answer.step }
                self.ready.append(.event(entry))
            }
            if page.count < Self.pageSize { self.showProgress(through: .max) }
            guard let last = page.last else { return try await self.checkForEnd() }
            self.sequence = last.sequence
            self.isOver = page.contains { $0.event.isEnding }
        }

        /// Text may have come, and its answer been written, after the mailbox was emptied and before the journal was read.
        private mutating func takeProgress(concludedBy page: [JournalEvent]) {
            let concluded = page.reversed().lazy.compactMap(\.event.concludedStep).first ?? 0
            for item in self.subscription.mailbox.takeAll() {
                if case .progress(let step, _) = item, step > concluded {
                    self.ahead.append(item)
                } else {
                    self.progress.append(item)
                }
            }
        }

        /// Deltas come before the answer that they belong to; those that come too late for that are of no more use.
        private mutating func showProgress(through last: Int) {
            if self.progress.isEmpty { return }
            var later: [FeedItem] = []
            for item in self.progress {
                guard case .progress(let step, _) = item, step > self.answeredStep else { continue }
                if step > last { later.append(item) } else { self.ready.append(item) }
            }
            self.progress = later
        }

        /// Someone who saw the end before and comes back must not wait for another one. Once is enough: an end that comes
        /// later will be read.
        private mutating func checkForEnd() async throws {
            if self.hasCheckedForEnd { return }
            let head = try await RequestError.reading { try await self.context.store.head(of: self.execution) }
            self.hasCheckedForEnd = true
            if let head, head.ended != nil, head.sequence <= self.sequence { self.isOver = true }
        }
    }
}

extension Event {
    /// The step whose model call came to an end with it.
    fileprivate var concludedStep: Int? {
        switch self {
        case .modelAnswered(let answer): answer.step
        case .modelCallFailed(let failed): failed.step
        default: nil
        }
    }

    /// Whether the execution ends with it.
    public var isEnding: Bool {
        switch self {
        case .completed, .failed, .cancelled: true
        default: false
        }
    }
}
