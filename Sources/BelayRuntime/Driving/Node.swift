import BelayCore
import BelayResilience
import Logging
import ServiceLifecycle

/// Claims executions that are due and drives them, until it is asked to stop.
///
/// A stop lets running model calls and tools finish for a while, then gives every lease back: another node, or this one
/// after its restart, goes on where the journals stand. Who cancels the task that runs it has no such patience: running
/// calls are cancelled at once, what is known of them is recorded, and every lease is given back as well.
final class Node: Sendable {
    /// An execution that this node drives.
    struct Active {
        var held: HeldLease
        var interruption: Interruption
        var lease: Lease { self.held.lease }
    }

    let id: NodeID
    let doorbell = Doorbell()
    let context: NodeContext
    let active = Locked<[ExecutionID: Active]>([:])
    private let stranded: StrandedExecutions
    /// Fires when nothing that runs is to be waited for.
    private let hurry = Interruption()
    /// Why the node stopped by itself.
    private let failure = Locked<(any Error)?>(nil)

    /// Leases taken with one claim.
    private static let batch = 32
    /// After which an execution whose driver failed is tried again.
    private static let secondThought = Duration.seconds(30)

    init(id: NodeID, context: NodeContext) {
        self.id = id
        self.context = context
        self.stranded = StrandedExecutions(context: context)
    }

    /// Why nothing can be claimed; nil unless that is so for this long.
    func outage(lasting duration: Duration) -> String? {
        self.context.trouble.reason(for: .claiming, lasting: duration)
    }

    /// Cancels what runs for this execution here, if anything does: its journal says why.
    func interrupt(_ execution: ExecutionID) {
        self.active.withLock { $0[execution]?.interruption }?.fire()
    }

    /// Asks the node to stop; `run` returns when it did.
    func stop() {
        self.context.stopping.fire()
        self.doorbell.ring()
    }

    /// Returns when the node was asked to stop, or the task is cancelled.
    ///
    /// - Throws: `StoreError.failed` when the node stopped because of that.
    func untilStopped() async throws {
        await self.context.stopping.wait()
        if let failure = self.failure.withLock({ $0 }) { throw failure }
    }

    /// - Parameter scope: What it takes; it leaves everything else to others.
    func run(driving scope: ClaimScope) async {
        // A task of its own: a driver that is cancelled itself can neither record what it knows nor give its lease back.
        let work = Task { await self.work(scope) }
        await withGracefulShutdownHandler {
            await withTaskCancellationHandler {
                await work.value
            } onCancel: {
                self.hurry.fire()
                self.stop()
            }
        } onGracefulShutdown: {
            self.stop()
        }
    }

    private func work(_ scope: ClaimScope) async {
        await withTaskGroup { services in
            services.addTask { await self.keepLeases() }
            services.addTask { await self.watchForCancels() }
            services.addTask { await self.limitDrain() }
            await withDiscardingTaskGroup { drivers in
                var idle = IdlePause(longest: self.context.options.pollInterval)
                while !self.context.stopping.isFired {
                    let claimed = await self.claim(scope)
                    for active in claimed ?? [] { drivers.addTask { await self.drive(active) } }
                    if let claimed, !claimed.isEmpty {
                        idle.reset()
                    } else {
                        // What is due can't be had while claims fail, so looking at it would only turn in circles.
                        let pause =
                            claimed == nil ? self.context.options.pollInterval : await self.pause(&idle, scope)
                        await self.doorbell.wait(atMost: pause, clock: self.context.clock)
                    }
                }
            }
            services.cancelAll()
        }
    }

    /// - Returns: Nil when the store could not say.
    private func claim(_ scope: ClaimScope) async -> [Active]? {
        let free = self.context.options.concurrency - self.active.withLock { $0.count }
        guard free > 0 else { return [] }
        let (length, asked) = (self.context.options.lease, self.context.timekeeper.now)
        // Whoever drives one execution or session only stands by and is told by ``Runtime/untilStoreFails(for:)``.
        let isQuiet = scope != .everything
        do {
            let leases = try await self.context.store.claim(
                by: self.id, limit: min(free, Self.batch), for: length, within: scope)
            let answered = self.context.timekeeper.now
            self.context.trouble.worked(.claiming, isQuiet: isQuiet)
            return leases.map { self.activate(HeldLease($0, lasting: length, asked: asked, answered: answered)) }
        } catch {
            self.meet(.claiming, error, isQuiet: isQuiet)
            return nil
        }
    }

    /// How long there is nothing to claim: until the next execution is due, but not so long that work which came from
    /// another process goes unnoticed.
    private func pause(_ idle: inout IdlePause, _ scope: ClaimScope) async -> Duration {
        let longest = self.context.options.pollInterval
        guard self.active.withLock({ $0.count }) < self.context.options.concurrency else { return longest }
        do {
            let due = try await self.context.store.nextDue(within: scope)
            self.context.trouble.worked(.lookingForWork)
            guard let due else { return longest }
            return idle.next(due: self.context.wallClock.now.duration(to: due))
        } catch {
            self.meet(.lookingForWork, error)
            return longest
        }
    }

    /// The store refused what the node needs of it.
    func meet(_ operation: StoreOperation, _ error: any Error, isQuiet: Bool = false) {
        guard case StoreError.failed(let reason) = error else {
            return self.context.trouble.met(operation, "\(error)", isQuiet: isQuiet)
        }
        let isFirst = self.failure.withLock { failure in
            defer { failure = failure ?? error }
            return failure == nil
        }
        guard isFirst else { return }
        self.context.logger.critical(
            "the store has failed; nothing is driven here any more", metadata: ["reason": "\(reason)"])
        self.stop()
        // Nothing that comes of what runs can be recorded.
        for active in self.inOrder { active.interruption.fire() }
    }

    /// What is driven here, always in the same order: what happens must not hang on where a dictionary keeps its keys, or
    /// no simulation could be repeated.
    var inOrder: [Active] {
        self.active.withLock { Array($0.values) }.sorted { $0.lease.execution < $1.lease.execution }
    }

    private func activate(_ held: HeldLease) -> Active {
        let active = Active(held: held, interruption: Interruption())
        let earlier = self.active.withLock { $0.updateValue(active, forKey: held.lease.execution) }
        // Its lease ran out under a driver of this very node, which can't write any more and has to stop.
        earlier?.interruption.fire()
        return active
    }

    private func drive(_ active: Active) async {
        let lease = active.lease
        defer {
            self.active.withLock { all in
                if all[lease.execution]?.lease.epoch == lease.epoch { all[lease.execution] = nil }
            }
            self.doorbell.ring()
        }
        do {
            try await self.carryOn(active)
            self.context.trouble.worked(.driving)
        } catch StoreError.leaseLost {
            self.context.logger.notice("another node took over", metadata: ["execution": "\(lease.execution)"])
        } catch is CancellationError {
            self.context.logger.debug("interrupted", metadata: ["execution": "\(lease.execution)"])
        } catch let error as StoreError {
            self.meet(.driving, error)
            await self.giveBack(active.held)
        } catch {
            await self.stopped(active.held, by: error)
        }
    }

    /// A driver that fails for another reason than the store's meets a defect, which may be over the next time.
    private func stopped(_ held: HeldLease, by error: any Error) async {
        do {
            try await self.stranded.driverFailed(error, held)
            self.context.trouble.worked(.ending)
        } catch {
            self.meet(.ending, error)
            await self.giveBack(held)
        }
    }

    private func carryOn(_ active: Active) async throws {
        let lease = active.lease
        do {
            let journal = try await JournalWriter(active.held, context: self.context)
            let accepted = journal.execution.accepted
            let agent = self.context.agents.resolve(
                accepted.agent, version: accepted.version, for: lease.execution)
            guard let agent else {
                return try await self.stranded.agentIsUnknown(journal)
            }
            var driver = Driver(
                journal: journal, agent: agent, context: self.context, interruption: active.interruption)
            try await driver.drive()
            self.stranded.wasDriven(lease.execution)
        } catch let damage as DamagedJournal {
            try await self.stranded.journalIsDamaged(damage, lease)
        } catch StoreError.newerSchema(let reason) {
            try await self.stranded.journalIsNewer(reason, active.held)
        }
    }

    /// Lets other nodes have a turn at an execution that this one can't drive, and comes back to it after a while.
    private func giveBack(_ held: HeldLease) async {
        let later = held.storeTime(at: self.context.timekeeper.now).advanced(by: Self.secondThought)
        do {
            try await self.context.store.release(held.lease, wakeAt: later)
            self.context.trouble.worked(.givingBack)
        } catch {
            self.meet(.givingBack, error)  // It runs out by itself.
        }
    }

    /// Ends the patience with what still runs some time after the node was asked to stop.
    private func limitDrain() async {
        await self.context.stopping.wait()
        let (clock, drain) = (self.context.clock, self.context.options.drain)
        do { try await self.hurry.bounding { try await clock.sleep(for: drain) } } catch {
            guard self.hurry.isFired else { return }  // Everything has come to rest.
        }
        for execution in self.inOrder.map(\.lease.execution) { self.interrupt(execution) }
    }
}
