import BelayCore
import BelayResilience
import Foundation

/// A world in which paths have hidden rates of success, costs and latencies that change with time: what a route would
/// have to find out.
///
/// A value of a seed. What a path would answer to a call doesn't depend on who asks, so policies can be compared on the
/// very same calls.
package struct RoutingWorld: Sendable {
    /// What is true of a path during one call.
    package struct Truth: Sendable, Hashable {
        package var success: Double
        /// Expected, in dollars.
        package var cost: Double
        /// Expected, in seconds.
        package var latency: Double
    }

    /// A path, with what happens to it.
    package struct Path: Sendable {
        package var path: ModelPath
        package var usual: Truth
        /// How far the rate of success swings to either side.
        package var drift = 0.0
        /// The beginning of the swing, in turns; it makes three turns a world.
        package var phase = 0.0
        /// Calls in which it hardly ever succeeds.
        package var outage: Range<Int>?
        /// From which call on it costs a tenth.
        package var priceCut: Int?
        /// What requests with long input take from its rate of success.
        package var lossOnLongInput = 0.0

        package init(path: ModelPath, usual: Truth) {
            self.path = path
            self.usual = usual
        }
    }

    package var name: String
    package let seed: UInt64
    package var calls: Int
    package var paths: [Path]
    /// The time between two calls.
    package var interval: Duration = .seconds(1)
    /// How many calls are sent before the outcome of one is known.
    package var delay = 0
    /// Whether requests say what they would cost on each path, as with a table of prices; else costs are learned.
    package var tellsPrices = false
    /// The share of requests with long input.
    package var longInputs = 0.3

    static let successInOutage = 0.02
    private static let turns = 3.0

    package init(name: String, seed: UInt64, calls: Int, paths: [Path]) {
        self.name = name
        self.seed = seed
        self.calls = calls
        self.paths = paths
    }

    package func time(of call: Int) -> Timestamp {
        Timestamp(milliseconds: 1_780_000_000_000).advanced(by: self.interval * call)
    }

    package func context(of call: Int) -> OutcomeContext {
        var random = self.chance(call: call, path: self.paths.count)
        return OutcomeContext(inputSize: random.nextUnit() < self.longInputs ? .long : .short)
    }

    /// What is true of a path for this very call, its context known.
    package func truth(of path: Int, call: Int) -> Truth {
        let path = self.paths[path]
        var truth = path.usual
        let turn = Self.turns * Double(call) / Double(self.calls) + path.phase
        truth.success += path.drift * sin(2 * .pi * turn)
        if path.lossOnLongInput > 0, self.context(of: call).inputSize == .long {
            truth.success -= path.lossOnLongInput
        }
        if path.outage?.contains(call) == true { truth.success = Self.successInOutage }
        truth.success = min(max(truth.success, 0), 1)
        if let cut = path.priceCut, call >= cut { truth.cost /= 10 }
        return truth
    }

    /// What a path answers to a call: cost and latency are spread log-normally around what is expected.
    package func answer(of path: Int, to call: Int) -> Truth {
        let truth = self.truth(of: path, call: call)
        var random = self.chance(call: call, path: path)
        var normals = NormalPair()
        func spread() -> Double { exp(0.5 * normals.next(using: &random) - 0.125) }
        return Truth(
            success: random.nextUnit() < truth.success ? 1 : 0, cost: truth.cost * spread(),
            latency: truth.latency * spread())
    }

    private func chance(call: Int, path: Int) -> SeededGenerator {
        SeededGenerator(seed: SeededGenerator.mix(self.seed ^ SeededGenerator.mix(UInt64(call * 64 + path))))
    }
}
