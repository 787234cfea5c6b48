import NIOCore
import Synchronization

/// The open connections: counted, bounded, and closed when the server ends.
final class Connections: Sendable {
    struct Counts: Sendable {
        var open = 0
        var peak = 0
        var total = 0
        /// Connections beyond the limit.
        var turnedAway = 0
    }

    private struct State {
        var counts = Counts()
        var channels: [ObjectIdentifier: (channel: any Channel, isBusy: Bool)] = [:]
        var isDraining = false
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) { self.limit = limit }

    var counts: Counts { self.state.withLock { $0.counts } }
    var isDraining: Bool { self.state.withLock { $0.isDraining } }

    /// - Returns: False when there are too many, or when the server is ending.
    func opened(_ channel: any Channel) -> Bool {
        self.state.withLock { state in
            guard state.channels.count < self.limit, !state.isDraining else {
                state.counts.turnedAway += 1
                return false
            }
            state.channels[ObjectIdentifier(channel)] = (channel, false)
            state.counts.total += 1
            state.counts.open = state.channels.count
            state.counts.peak = max(state.counts.peak, state.channels.count)
            return true
        }
    }

    func closed(_ channel: any Channel) {
        self.state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = nil
            state.counts.open = state.channels.count
        }
    }

    /// - Returns: False when the connection is to be closed now, because the server is ending.
    func mark(_ channel: any Channel, busy: Bool) -> Bool {
        self.state.withLock { state in
            state.channels[ObjectIdentifier(channel)]?.isBusy = busy
            return busy || !state.isDraining
        }
    }

    /// From now on connections close as soon as they have nothing to do; idle ones at once.
    func drain() {
        let idle = self.state.withLock { state in
            state.isDraining = true
            return state.channels.values.filter { !$0.isBusy }.map(\.channel)
        }
        for channel in idle { channel.close(promise: nil) }
    }

    func resetAll() {
        let all = self.state.withLock { $0.channels.values.map(\.channel) }
        for channel in all { SocketReset.close(channel) }
    }
}
