import BelayCore
import BelayTesting

/// The processes of a world, and what befalls them: death, pauses, restarts, deployments.
final class Fleet: @unchecked Sendable {  // Touched on the simulation's thread only.
    private unowned let world: World
    private let make: () throws -> SimulatedNode
    private let size: Int
    private(set) var nodes: [SimulatedNode] = []
    private var turnsToStrike: Int?

    init(world: World, make: @escaping () throws -> SimulatedNode) {
        self.world = world
        self.make = make
        self.size = world.chance.pick([1, 1, 2, 2, 3])
        self.turnsToStrike = world.weather.strikes.map { world.chance.number($0) }
    }

    func start() { while self.nodes.count < self.size { self.startNode() } }

    private func startNode() {
        do {
            let node = try self.make()
            self.nodes.append(node)
            self.world.scheduler.start(in: node.process) { await node.runtime.run() }
        } catch {
            self.world.violate("a node can't start: \(error)")
        }
    }

    /// A node that takes requests, if there is one.
    func anyNode() -> SimulatedNode? { self.nodes.isEmpty ? nil : self.world.chance.pick(self.nodes) }

    /// To be called before every turn: strikes when it is time.
    func tick() {
        guard let left = self.turnsToStrike else { return }
        guard left <= 0 else { return self.turnsToStrike = left - 1 }
        self.turnsToStrike = self.world.weather.strikes.map { self.world.chance.number($0) }
        guard let node = self.anyNode() else { return }
        switch self.world.chance.number(0...9) {
        case 0...4: self.kill(node)
        case 5...8: self.pause(node)
        default: self.deploy(node)
        }
    }

    /// The good times begin: whoever is paused or dead comes back.
    func calm() {
        self.turnsToStrike = nil
        for node in self.nodes { self.world.scheduler.resume(node.process) }
        self.start()
    }

    private func kill(_ node: SimulatedNode) {
        self.world.count("deaths")
        self.world.tell("node \(node.process.number)", "dies")
        self.world.scheduler.kill(node.process)
        self.remove(node)
        self.later(0...25_000) { self.start() }
    }

    private func pause(_ node: SimulatedNode) {
        guard !self.world.scheduler.isPaused(node.process) else { return }
        self.world.count("pauses")
        self.world.tell("node \(node.process.number)", "hangs")
        self.world.scheduler.pause(node.process)
        self.later(self.world.chance.pick([1...500, 500...8_000, 8_000...40_000])) {
            if self.world.scheduler.isPaused(node.process) {
                self.world.tell("node \(node.process.number)", "goes on")
                self.world.scheduler.resume(node.process)
            }
        }
    }

    /// Asks a node to stop, as a new version is deployed.
    private func deploy(_ node: SimulatedNode) {
        self.world.count("deployments")
        self.world.tell("node \(node.process.number)", "is asked to stop")
        self.remove(node)
        self.world.scheduler.acting(as: node.process) { node.runtime.stop() }
        self.later(0...5_000) { self.start() }
    }

    private func remove(_ node: SimulatedNode) { self.nodes.removeAll { $0.process == node.process } }

    private func later(_ range: ClosedRange<Int>, _ body: @escaping @Sendable () -> Void) {
        self.world.scheduler.start(in: .world) {
            do { try await self.world.pass(range) } catch { return }  // The world is over.
            body()
        }
    }
}
