import BelayCore
import BelayResilience
import Logging
import ServiceLifecycle

/// Claims executions that are due and drives them, until it is asked to stop.
///
/// A stop lets running model calls and tools finish for a while, then gives every lease back: another node, or this one
/// after its restart, goes on where the journals stand.
final class Node: Sendable {
    /// An execution that this node drives.
    private struct Active {
        var lease: Lease
        var interruption: Interruption
    }

    let id: NodeID
    let doorbell = Doorbell()
    private let workplace: Workplace
    private let active = Locked<[ExecutionID: Active]>([:])
    private let exhausted = Interruption()
    private let stopped = Interruption()

    /// Leases taken with one claim.
    private static let batch = 32

    init(id: NodeID, workplace: Workplace) {
        self.id = id
        self.workplace = workplace
    }

    /// Cancels what runs for this execution here, if anything does: its journal says why.
    func interrupt(_ execution: ExecutionID) {
        self.active.withLock { $0[execution]?.interruption }?.fire()
    }

    /// Asks the node to stop; `run` returns when it did.
    func stop() {
        self.workplace.stopping.fire()
        self.doorbell.ring()
    }

    func run() async {
        await withGracefulShutdownHandler {
            await withTaskCancellationHandler {
                await self.work()
            } onCancel: {
                self.stop()
                self.exhausted.fire()
            }
        } onGracefulShutdown: {
            self.stop()
        }
        self.stopped.fire()
    }

    private func work() async {
        await withTaskGroup { services in
            services.addTask { await self.keepLeases() }
            services.addTask { await self.limitDrain() }
            await withDiscardingTaskGroup { drivers in
                while !self.workplace.stopping.isFired {
                    let claimed = await self.claim()
                    for lease in claimed { drivers.addTask { await self.drive(lease) } }
                    if claimed.isEmpty {
                        await self.doorbell.wait(
                            atMost: self.workplace.options.pollInterval, clock: self.workplace.clock)
                    }
                }
            }
            services.cancelAll()
        }
    }

    private func claim() async -> [Lease] {
        let free = self.workplace.options.concurrency - self.active.withLock { $0.count }
        guard free > 0 else { return [] }
        do {
            let leases = try await self.workplace.store.claim(
                by: self.id, limit: min(free, Self.batch), for: self.workplace.options.lease)
            self.active.withLock { active in
                for lease in leases { active[lease.execution] = Active(lease: lease, interruption: Interruption()) }
            }
            return leases
        } catch {
            self.workplace.logger.error("can't claim executions", metadata: ["error": "\(error)"])
            return []
        }
    }

    private func drive(_ lease: Lease) async {
        let interruption = self.active.withLock { $0[lease.execution]?.interruption } ?? Interruption()
        defer {
            self.active.withLock { $0[lease.execution] = nil }
            self.doorbell.ring()
        }
        do {
            guard var driver = try await Driver(lease: lease, workplace: self.workplace, interruption: interruption)
            else {
                self.workplace.logger.warning(
                    "no such agent here; the execution stays for a node that has it",
                    metadata: ["execution": "\(lease.execution)"])
                return  // The lease runs out, so other nodes get their turn.
            }
            try await driver.drive()
        } catch StoreError.leaseLost {
            self.workplace.logger.notice("another node took over", metadata: ["execution": "\(lease.execution)"])
        } catch is CancellationError {
            self.workplace.logger.debug("interrupted", metadata: ["execution": "\(lease.execution)"])
        } catch {
            self.workplace.logger.error(
                "stopped driving; the execution is taken up again when its lease ends",
                metadata: ["execution": "\(lease.execution)", "error": "\(error)"])
        }
    }

    /// Renews the leases at a third of their length, and notices cancel requests that came through other processes.
    private func keepLeases() async {
        while true {
            do { try await self.workplace.clock.sleep(for: self.workplace.options.lease / 3) } catch { return }
            let held = self.active.withLock { $0.values.map(\.lease) }
            if held.isEmpty { continue }
            do {
                let renewed = try await self.workplace.store.renew(held, for: self.workplace.options.lease)
                let kept = Set(renewed.map(\.execution))
                for lease in held where !kept.contains(lease.execution) { self.interrupt(lease.execution) }
                for lease in renewed { try await self.interruptIfCancelled(lease.execution) }
            } catch {
                self.workplace.logger.error("can't renew leases", metadata: ["error": "\(error)"])
            }
        }
    }

    private func interruptIfCancelled(_ execution: ExecutionID) async throws {
        guard let head = try await self.workplace.store.head(of: execution) else { return }
        let recent = try await self.workplace.store.journal(
            of: execution, after: max(0, head.sequence - 4), limit: 4)
        let isCancelled = recent.contains { if case .cancelRequested = $0.event { true } else { false } }
        if isCancelled { self.interrupt(execution) }
    }

    /// Ends the patience with what still runs some time after the node was asked to stop.
    private func limitDrain() async {
        await self.workplace.stopping.wait()
        do { try await self.workplace.clock.sleep(for: self.workplace.options.drain) } catch { return }
        for execution in self.active.withLock({ Array($0.keys) }) { self.interrupt(execution) }
    }
}
