import Belay
import BelayResilience
import Foundation
import UnixSignals

/// Work that SIGINT and SIGTERM end gently: the step under way is finished, and the leases go back to the store.
///
/// From its creation on the signals don't end the process any more; a second SIGINT does.
struct StoppableWork {
    /// The work was stopped before it was done.
    struct Stopped: Error {
        let signal: UnixSignal
        /// What a shell reports of a program that a signal ended.
        var status: Int32 { 128 + self.signal.rawValue }
    }

    /// The store failed for a while. What was accepted is in it.
    struct StoreFailed: Error {
        let reason: String
    }

    /// How long the store may fail before the person in front of the screen is told.
    private static let patience = Duration.seconds(5)

    private let runtime: Runtime
    private let signals: UnixSignalsSequence

    init(_ runtime: Runtime) async {
        self.runtime = runtime
        self.signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
    }

    /// Drives executions of the scope for as long as `work` takes. For one call.
    ///
    /// - Throws: `Stopped` and `StoreFailed`, after everything that ran here has come to rest; and what `work` throws.
    func run<Value: Sendable>(
        driving scope: ClaimScope, _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let first = Locked<UnixSignal?>(nil)
        let signals = self.signals
        let drain = self.runtime.options.drain
        self.runtime.runInBackground(driving: scope)
        let working = Task { try await work() }
        // Lives as long as the process, so that a second Ctrl-C helps wherever the first one got stuck.
        Task {
            for await signal in signals {
                let isFirst = first.withLock { first in
                    defer { first = first ?? signal }
                    return first == nil
                }
                if isFirst {
                    Console.note(
                        "Stopping: what runs has \(drain.components.seconds) s to finish; Ctrl-C ends it at once.")
                    working.cancel()
                } else if signal == .sigint {
                    _exit(128 + SIGINT)  // What the store has is sound; the lease runs out by itself.
                }
            }
        }
        let outage = Locked<String?>(nil)
        let watch = Task { [runtime] in
            let reason = try await runtime.untilStoreFails(for: Self.patience)
            outage.withLock { $0 = reason }
            working.cancel()
        }
        let result = await working.result
        watch.cancel()
        await self.runtime.shutdown()
        // A failure after the signal is of its making.
        if case .failure = result, let signal = first.withLock({ $0 }) {
            throw Stopped(signal: signal)
        }
        if case .failure = result, let reason = outage.withLock({ $0 }) { throw StoreFailed(reason: reason) }
        if case .failure = result {
            do { try await self.runtime.untilStopped() } catch StoreError.failed(let reason) {
                throw StoreFailed(reason: reason)
            }
        }
        return try result.get()
    }
}
