import BelayCore
import BelayRuntime

/// Somebody with tasks for agents: starts them until they are accepted, watches them, changes their mind.
struct Customer: Sendable {
    let number: Int
    let world: World
    let fleet: Fleet
    let agents: [String]

    func live() async throws {
        let chance = self.world.chance
        try await self.world.pass(0...20_000)
        let session = chance.happens(0.4) ? SessionID(rawValue: "ses_\(self.number)") : nil
        for task in 1...(session == nil ? 1 : chance.number(1...3)) {
            let request = StartRequest(
                agent: chance.pick(self.agents), task: "task \(task) of customer \(self.number)",
                user: User("customer \(self.number)", tenant: chance.pick(["acme", "apex"])), session: session,
                sessionPolicy: chance.pick([.enqueue, .enqueue, .interrupt, .reject]),
                idempotencyKey: "customer \(self.number), task \(task)", isCritical: chance.happens(0.05))
            guard let id = try await self.start(request) else { continue }
            if chance.happens(0.6) { self.watch(id) }
            if chance.happens(0.2) {
                self.later(id) { try await $0.cancel(id, by: "customer \(self.number)") }
            }
            if chance.happens(0.2) {
                self.later(id) { try await $0.feedback(id, score: 1, comment: nil, by: "customer \(self.number)") }
            }
            try await self.world.pass(0...15_000)
        }
    }

    /// Sends a request again and again until there is an answer. The key makes that one execution.
    private func start(_ request: StartRequest) async throws -> ExecutionID? {
        while true {
            if let node = self.fleet.anyNode() {
                let answer = await self.world.scheduler.request(to: node.process) {
                    do {
                        return Result<ExecutionID, any Error>.success(try await node.runtime.start(request).head.id)
                    } catch {
                        return .failure(error)
                    }
                }
                switch answer {
                case .success(let id): return id
                case .failure(let error as RequestError) where error.code == .sessionBusy: return nil
                case .failure, nil: break
                }
            }
            try await self.world.pass(100...3_000)
        }
    }

    private func later(_ id: ExecutionID, _ work: @escaping @Sendable (Runtime) async throws -> Void) {
        self.world.scheduler.start(in: .world) {
            do {
                try await self.world.pass(0...30_000)
                guard let node = self.fleet.anyNode() else { return }
                _ = await self.world.scheduler.request(to: node.process) {
                    do { try await work(node.runtime) } catch {
                        self.world.tell("customer \(self.number)", "is refused: \(error)")
                    }
                }
            } catch {
                return  // The world is over.
            }
        }
    }

    private func watch(_ id: ExecutionID) {
        self.world.count("observers")
        let observer = Observer(id: id, world: self.world, fleet: self.fleet)
        self.world.observers += 1
        self.world.scheduler.start(in: .world) {
            await observer.watch()
            self.world.observers -= 1
        }
    }
}
