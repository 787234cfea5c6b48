import NIOCore

/// Which connection to one origin takes which request: those that idle, those who wait, and how many there may be. Owns no
/// socket, no clock and no timer.
struct PoolMachine<Connection: AnyObject, Waiter: AnyObject> {
    enum Admission {
        case run(Connection)
        /// A new connection is to be made; it counts from now on.
        case connect
        case wait
        /// As many wait as may.
        case refuse
    }

    let limit: Int
    let maxWaiting: Int
    /// Connections there are, those included that are being made.
    private(set) var open = 0
    /// In the order in which they came to idle.
    private var idle: [(connection: Connection, since: NIODeadline)] = []
    private var waiting = CircularBuffer<Waiter>()

    init(limit: Int, maxWaiting: Int) {
        precondition(limit >= 1 && maxWaiting >= 0, "A pool of \(limit) connections serves nobody.")
        self.limit = limit
        self.maxWaiting = maxWaiting
    }

    var isEmpty: Bool { self.open == 0 && self.waiting.isEmpty }
    var idleCount: Int { self.idle.count }
    var waitingCount: Int { self.waiting.count }

    /// - Parameter fresh: Whether a connection that was used before won't do.
    mutating func admit(_ waiter: Waiter, fresh: Bool = false) -> Admission {
        // The one that was used last is the least likely to be closed by its server.
        if !fresh, let last = self.idle.popLast() { return .run(last.connection) }
        if self.open < self.limit {
            self.open += 1
            return .connect
        }
        guard self.waiting.count < self.maxWaiting else { return .refuse }
        self.waiting.append(waiter)
        return .wait
    }

    /// - Returns: Who takes the connection next; nil leaves it idle.
    mutating func freed(_ connection: Connection, at now: NIODeadline) -> Waiter? {
        if let next = self.waiting.popFirst() { return next }
        self.idle.append((connection, now))
        return nil
    }

    /// A connection has ended, or never came about (nil).
    ///
    /// - Returns: For whom a new one is to be made; it counts already.
    mutating func lost(_ connection: Connection?) -> Waiter? {
        precondition(self.open > 0, "Every connection is lost once.")
        if let connection { self.idle.removeAll { $0.connection === connection } }
        self.open -= 1
        guard let next = self.waiting.popFirst() else { return nil }
        self.open += 1
        return next
    }

    /// - Returns: Whether it was waiting.
    mutating func forget(_ waiter: Waiter) -> Bool {
        guard let index = self.waiting.firstIndex(where: { $0 === waiter }) else { return false }
        self.waiting.remove(at: index)
        return true
    }

    /// Connections that have idled since `limit` or longer, to be closed. They count until they are lost.
    mutating func expired(since limit: NIODeadline) -> [Connection] {
        let count = self.idle.prefix { $0.since <= limit }.count
        defer { self.idle.removeFirst(count) }
        return self.idle.prefix(count).map(\.connection)
    }
}
