import BelayCore
import BelayRouting

extension Configuration.Route {
    /// What a learned route weighs, how fast it forgets, and how much it may try out.
    public struct Learning: Sendable, Hashable {
        public var valueOfSuccess: Money
        public var penaltyPerSecond: Money
        public var costCeiling: Money?
        public var ceilingWindow: Int
        public var exploration: Double
        public var probes: Double
        public var halfLife: Duration
        public var halfLifeInOutcomes: Int
        public var falseAlarmInterval: Int
        public var contexts: LearnedRoutingOptions.ContextUse
        public var propensityDraws: Int

        /// Everything as ``LearnedRoutingOptions`` has it by default.
        public init() {
            let options = LearnedRoutingOptions()
            self.valueOfSuccess = options.valueOfSuccess
            self.penaltyPerSecond = options.penaltyPerSecond
            self.costCeiling = options.costCeiling
            self.ceilingWindow = options.ceilingWindow
            self.exploration = options.normalExploration
            self.probes = options.probeShare
            self.halfLife = options.halfLife
            self.halfLifeInOutcomes = Int(options.halfLifeInOutcomes)
            self.falseAlarmInterval = Int(options.falseAlarmInterval)
            self.contexts = options.contexts
            self.propensityDraws = options.propensityDraws
        }

        static let section = Section<Learning>(
            "What a route with `policy: learned` weighs, how fast it forgets, and how much it may try out "
                + "(docs/routing.md).",
            make: { Learning() },
            keys: [
                Key(
                    "value_of_success", \.valueOfSuccess, .money.checked { $0 > .zero ? nil : "must be above $0" },
                    "What a right answer is worth; cost and time are weighed against it."),
                Key("penalty_per_second", \.penaltyPerSecond, .money, "What a second of waiting costs."),
                Key(
                    "cost_ceiling", optional: \.costCeiling, .money.checked { $0 > .zero ? nil : "must be above $0" },
                    "The mean cost of a call, which `ceiling_window` calls don't exceed."),
                Key(
                    "ceiling_window", \.ceilingWindow, .integer(100...1_000_000), "Calls over which the ceiling holds."),
                Key(
                    "exploration", \.exploration, .number(in: 0...1),
                    "The share of calls that may try another than the best path. Critical calls never do."),
                Key(
                    "probes", \.probes, .number(in: 0...1),
                    "The share of calls that look after paths that failed; part of `exploration`."),
                Key("half_life", \.halfLife, .duration(), "After this time an outcome weighs half."),
                Key(
                    "half_life_in_outcomes", \.halfLifeInOutcomes, .integer(10...10_000_000),
                    "After this many further outcomes of its task an outcome weighs half."),
                Key(
                    "false_alarm_interval", \.falseAlarmInterval, .integer(10...100_000_000),
                    "How many outcomes lie between two false alarms on a path that works as usual; larger leaves a "
                        + "failing path later."),
                Key(
                    "contexts", \.contexts, .word,
                    "Whether a path's success is told apart by length and tools of the request: `off`, or "
                        + "`where_it_pays`."),
                Key(
                    "propensity_draws", \.propensityDraws, .integer(0...10_000),
                    "Draws that estimate how probable each choice was, for `belay routes simulate`. 0 for none."),
            ])
    }

    /// What is believed of a path before anything is known of it.
    public struct Prior: Sendable, Hashable {
        /// 0 to 1; default 0.75.
        public var success: Double
        /// How many outcomes that is worth. 0.1 to 10,000; default 2.
        public var strength: Double
        public var cost: Money?
        public var latency: Duration?

        public init(success: Double = 0.75, strength: Double = 2, cost: Money? = nil, latency: Duration? = nil) {
            self.success = success
            self.strength = strength
            self.cost = cost
            self.latency = latency
        }

        static let section = Section<Prior>(
            "What a learned route believes of a path before anything is known of it.", make: { Prior() },
            keys: [
                Key("success", \.success, .number(in: 0...1), "The expected share of right answers."),
                Key("strength", \.strength, .number(in: 0.1...10_000), "How many outcomes this belief is worth."),
                Key(
                    "cost", optional: \.cost, .money, default: "by the price of 1,000 tokens in and 500 out",
                    "The expected cost of a call."),
                Key("latency", optional: \.latency, .duration(), "The expected time of a call."),
            ])
    }
}
