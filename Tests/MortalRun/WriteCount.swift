import Foundation
import Synchronization

/// When the process dies.
struct Death: Sendable {
    /// Before the write, when nothing of it is in the store; otherwise after its commit, of which nobody has heard yet.
    var isBefore: Bool
    /// From 1.
    var write: Int
}

/// Counts writes, and ends the process at one of them.
final class WriteCount: Sendable {
    private let death: Death?
    private let writes = Mutex(0)

    init(death: Death?) { self.death = death }

    var count: Int { self.writes.withLock { $0 } }

    func around<Value>(_ write: () async throws -> Value) async rethrows -> Value {
        let number = self.writes.withLock { writes in
            writes += 1
            return writes
        }
        if let death, death.write == number, death.isBefore { Self.die() }
        // A write that is refused, as when a signal came first, is as good a moment.
        defer { if let death, death.write == number { Self.die() } }
        return try await write()
    }

    private static func die() -> Never {
        kill(getpid(), SIGKILL)
        fatalError("nothing survives SIGKILL")
    }
}
