import BelayCore
import BelayResilience

/// The worlds in which policies are compared: four paths whose figures the seed decides within bounds.
extension RoutingWorld {
    /// Rates of success drift, nothing else happens.
    package static func drift(seed: UInt64, calls: Int = 10_000) -> RoutingWorld {
        var world = Self.plain("drift", seed: seed, calls: calls)
        var random = SeededGenerator(seed: seed ^ 0xd41f7)
        for index in world.paths.indices {
            world.paths[index].drift = Double.random(in: 0.01...0.05, using: &random)
            world.paths[index].phase = random.nextUnit()
        }
        return world
    }

    /// The best path fails from 30 % of the calls to 50 %.
    package static func outage(seed: UInt64, calls: Int = 10_000) -> RoutingWorld {
        var world = Self.plain("outage", seed: seed, calls: calls)
        world.paths[1].outage = (calls * 3 / 10)..<(calls / 2)
        return world
    }

    /// The most capable path, which isn't worth its price, costs a tenth from 40 % of the calls on, and is then the best.
    package static func priceCut(seed: UInt64, calls: Int = 10_000) -> RoutingWorld {
        var world = Self.plain("price cut", seed: seed, calls: calls)
        world.paths[0].priceCut = calls * 4 / 10
        return world
    }

    /// Drift, an outage of the best path, and later the price cut.
    package static func everything(seed: UInt64, calls: Int = 10_000) -> RoutingWorld {
        var world = Self.drift(seed: seed, calls: calls)
        world.name = "everything"
        world.paths[1].outage = (calls * 3 / 10)..<(calls * 45 / 100)
        world.paths[0].priceCut = calls * 7 / 10
        return world
    }

    /// The best path for long input is another than for short.
    package static func contexts(seed: UInt64, calls: Int = 10_000) -> RoutingWorld {
        var world = Self.plain("contexts", seed: seed, calls: calls)
        world.paths[1].lossOnLongInput = 0.35
        world.longInputs = 0.4
        return world
    }

    private static func plain(_ name: String, seed: UInt64, calls: Int) -> RoutingWorld {
        var random = SeededGenerator(seed: seed)
        func path(
            _ model: String, _ success: ClosedRange<Double>, cost: Double, latency: Double
        ) -> Path {
            Path(
                path: ModelPath(provider: "simulated", model: model),
                usual: Truth(
                    success: Double.random(in: success, using: &random),
                    cost: cost * Double.random(in: 0.9...1.1, using: &random),
                    latency: latency * Double.random(in: 0.8...1.2, using: &random)))
        }
        return RoutingWorld(
            name: name, seed: seed, calls: calls,
            paths: [
                path("large", 0.95...0.98, cost: 0.03, latency: 4),
                path("medium", 0.90...0.93, cost: 0.004, latency: 2),
                path("other", 0.80...0.85, cost: 0.003, latency: 1.5),
                path("small", 0.65...0.75, cost: 0.0008, latency: 1),
            ])
    }
}
