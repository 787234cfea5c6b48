import BelayCore

/// Follows an execution: every event in order, without gap or repeat, and text as it is written in this process.
///
/// Events are read from the journal, so a reader that is slow, or that comes back with the number of the last event it
/// saw, misses none. The sequence ends after the event that ends the execution, or when the runtime stops; the reader
/// then goes on at another runtime.
public struct ExecutionFeed: AsyncSequence, Sendable {
    let execution: ExecutionID
    let sequence: Int
    let heartbeat: Duration?
    let workplace: Workplace

    public func makeAsyncIterator() -> Iterator {
        Iterator(
            execution: self.execution, sequence: self.sequence, heartbeat: self.heartbeat, workplace: self.workplace,
            subscription: self.workplace.feed.subscribe(to: self.execution))
    }

    public struct Iterator: AsyncIteratorProtocol {
        let execution: ExecutionID
        var sequence: Int
        let heartbeat: Duration?
        let workplace: Workplace
        let subscription: FeedSubscription
        private var ready: ArraySlice<FeedItem> = []
        private var isOver = false
        private var hasCheckedForEnd = false
        private var silence = Duration.zero

        private static let pageSize = 500

        init(
            execution: ExecutionID, sequence: Int, heartbeat: Duration?, workplace: Workplace,
            subscription: FeedSubscription
        ) {
            self.execution = execution
            self.sequence = sequence
            self.heartbeat = heartbeat
            self.workplace = workplace
            self.subscription = subscription
        }

        /// - Throws: `RequestError` `executionNotFound` or `storeUnavailable`; go on later from the last event seen.
        public mutating func next() async throws -> FeedItem? {
            while true {
                try Task.checkCancellation()
                if let item = self.ready.popFirst() {
                    self.silence = .zero
                    return item
                }
                if self.isOver { return nil }
                self.ready += self.subscription.mailbox.takeAll()
                try await self.readJournal()
                if self.ready.isEmpty, self.workplace.stopping.isFired { return nil }
                if self.ready.isEmpty, !self.isOver {
                    if let heartbeat, self.silence >= heartbeat {
                        self.silence = .zero
                        return .heartbeat
                    }
                    self.silence += self.workplace.options.pollInterval
                    await self.subscription.mailbox.doorbell.wait(
                        atMost: self.workplace.options.pollInterval, clock: self.workplace.clock)
                }
            }
        }

        private mutating func readJournal() async throws {
            let sequence = self.sequence
            let page = try await RequestError.translating {
                try await self.workplace.store.journal(of: self.execution, after: sequence, limit: Self.pageSize)
            }
            guard let last = page.last else { return try await self.checkForEnd() }
            self.sequence = last.sequence
            self.ready += page.map(FeedItem.event)
            self.isOver = page.contains { $0.event.isEnding }
        }

        /// Someone who saw the end before and comes back must not wait for another one. Once is enough: an end that comes
        /// later will be read.
        private mutating func checkForEnd() async throws {
            if self.hasCheckedForEnd { return }
            let head = try await RequestError.translating { try await self.workplace.store.head(of: self.execution) }
            self.hasCheckedForEnd = true
            if let head, head.ended != nil, head.sequence <= self.sequence { self.isOver = true }
        }
    }
}

extension Event {
    /// Whether the execution ends with it.
    public var isEnding: Bool {
        switch self {
        case .completed, .failed, .cancelled: true
        default: false
        }
    }
}
