/// Who sleeps until when; the earliest first, and of equals the one that came first.
struct SleeperQueue {
    struct Sleeper {
        var id: Int
        var deadline: Duration
        var process: SimulatedProcess
        // Unsafe: a sleeper whose process died is resumed only when the world ends.
        var continuation: UnsafeContinuation<Void, any Error>
    }

    private var heap: [(deadline: Duration, id: Int)] = []
    private var sleepers: [Int: Sleeper] = [:]
    private var buried: [Sleeper] = []
    private var lastID = 0

    mutating func makeID() -> Int {
        self.lastID += 1
        return self.lastID
    }

    mutating func insert(_ sleeper: Sleeper) {
        self.sleepers[sleeper.id] = sleeper
        self.heap.append((sleeper.deadline, sleeper.id))
        var child = self.heap.count - 1
        while child > 0, self.heap[child] < self.heap[(child - 1) / 2] {
            self.heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes one out that doesn't sleep on; its place in the heap is skipped later.
    mutating func remove(_ id: Int) -> Sleeper? { self.sleepers.removeValue(forKey: id) }

    /// When the next one wakes; a little too early when that one no longer sleeps.
    var nextDeadline: Duration? { self.heap.first?.deadline }

    mutating func popFirst() -> Sleeper? {
        while let first = self.heap.first {
            self.heap.swapAt(0, self.heap.count - 1)
            self.heap.removeLast()
            self.siftDown()
            if let sleeper = self.sleepers.removeValue(forKey: first.id) { return sleeper }
        }
        return nil
    }

    /// Keeps a dead process's sleeper until the world ends.
    mutating func bury(_ sleeper: Sleeper) { self.buried.append(sleeper) }

    mutating func exhume() -> [Sleeper] {
        defer { self.buried = [] }
        return self.buried
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < self.heap.count {
                if self.heap[child] < self.heap[least] { least = child }
            }
            if least == parent { return }
            self.heap.swapAt(parent, least)
            parent = least
        }
    }
}
