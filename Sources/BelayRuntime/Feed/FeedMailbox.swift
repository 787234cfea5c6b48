import BelayResilience

/// Progress for one observer. One that lags behind loses the oldest progress, never events: those are in the journal.
final class FeedMailbox: Sendable {
    private static let capacity = 1_024
    private let items = Locked<[FeedItem]>([])
    let doorbell = Doorbell()

    func put(_ item: FeedItem) {
        self.items.withLock { items in
            if items.count == Self.capacity { items.removeFirst(Self.capacity / 2) }
            items.append(item)
        }
        self.doorbell.ring()
    }

    func takeAll() -> [FeedItem] {
        self.items.withLock { items in
            defer { items = [] }
            return items
        }
    }
}
