/// An observer's place at the feed; given up when the last reference goes.
final class FeedSubscription: Sendable {
    let mailbox: FeedMailbox
    private let end: @Sendable () -> Void

    init(mailbox: FeedMailbox, end: @escaping @Sendable () -> Void) {
        self.mailbox = mailbox
        self.end = end
    }

    deinit { self.end() }
}
