import BelayCore
import BelayRuntime
import BelayTesting

/// The way of one execution: its pauses are over as soon as they begin, and a person answers what is handed over.
struct FaultJourney {
    /// Real time after which a row counts as hanging.
    private static let patience = Duration.seconds(120)

    let world: FaultWorld

    /// The conversation before, which goes well.
    func greet(_ runtime: Runtime) async throws {
        let (outcome, journal) = try await self.run("Hello", on: runtime)
        guard case .completed(FaultWorld.greeting, _) = outcome else {
            throw JournalMismatch(reason: "no greeting", journal: journal)
        }
    }

    func result(on runtime: Runtime) async throws -> FaultResult {
        let before = self.world.count("requests")
        let (outcome, journal) = try await self.run(self.world.task, on: runtime)
        return FaultResult(
            row: self.world.row, outcome: outcome, journal: journal,
            requests: self.world.count("requests") - before, faults: self.world.count("faults"),
            refunds: self.world.refunds.withLock { $0 })
    }

    /// Whoever watches from before the first call on makes the runtime stream.
    private func run(_ task: String, on runtime: Runtime) async throws -> (Outcome, Journal) {
        let id = try await runtime.start(
            StartRequest(agent: "support", task: task, user: User("ada"), session: SessionID(rawValue: "s"))
        ).head.id
        let watcher = self.world.row.streams ? runtime.events(of: id).makeAsyncIterator() : nil
        runtime.runInBackground()
        do {
            let outcome = try await self.ending(of: id, on: runtime)
            await runtime.shutdown()
            withExtendedLifetime(watcher) {}
            return (outcome, try await Journal(of: id, in: runtime.store))
        } catch {
            await runtime.shutdown()
            throw error
        }
    }

    private func ending(of id: ExecutionID, on runtime: Runtime) async throws -> Outcome {
        let limit = ContinuousClock.now.advanced(by: Self.patience)
        while ContinuousClock.now < limit {
            switch try await runtime.standing(of: id) {
            case .waiting(let waits, _):
                for wait in waits where wait.wait.kind == .handoff {
                    _ = try await runtime.answer(
                        wait.wait.id, with: ["action": "answer", "text": "A colleague looks after it."], by: "grace")
                }
            case let outcome?: return outcome
            case nil: try await self.skipPause(of: id, on: runtime)
            }
            try await Task.sleep(for: .milliseconds(1))
        }
        throw JournalMismatch(
            reason: "it hangs: \(self.world.situation)", journal: try await Journal(of: id, in: runtime.store))
    }

    private func skipPause(of id: ExecutionID, on runtime: Runtime) async throws {
        guard case .waitOpened(let wait) = try await Journal(of: id, in: runtime.store).events.last, wait.kind == .timer
        else { return }
        let pause = self.world.wallClock.now.duration(to: wait.expires)
        guard pause > .zero else { return }
        self.world.clock.advance(by: pause)
        self.world.wallClock.advance(by: pause)
    }
}
