import BelayCore
import BelayModels
import BelayRouting
import Testing

@testable import BelayConfiguration

struct RoutePolicyTests {
    /// The file of the tests with another route and more sections.
    private func text(route: String, more: String = "") -> String {
        support.replacing("    paths: [{model: main/gpt}]", with: route) + more
    }

    private func gatewayRoute(_ route: String) throws -> BelayModels.Route {
        try #require(try Configuration.parse(self.text(route: route)).routes.first).route
    }

    @Test func anOrderedRouteIsTheDefault() throws {
        #expect(try self.gatewayRoute("    paths: [{model: main/gpt}]").policy == .ordered)
    }

    @Test func weightsReachTheRoute() throws {
        let route = try self.gatewayRoute(
            "    policy: weighted\n    paths: [{model: main/gpt, weight: 0.2}, {model: main/other, weight: 3}, {model: main/x}]"
        )
        #expect(route.policy == .weighted)
        #expect(route.paths.map(\.weight) == [0.2, 3, 1])
    }

    @Test func whatIsLearnedAndHowReachesTheRoute() throws {
        let route = try self.gatewayRoute(
            """
                policy: learned
                learning:
                  value_of_success: $0.50
                  penalty_per_second: "0"
                  cost_ceiling: "$0.01"
                  ceiling_window: 500
                  exploration: 0.05
                  probes: 0.01
                  half_life: 12h
                  half_life_in_outcomes: 200
                  false_alarm_interval: 5000
                  contexts: where_it_pays
                  propensity_draws: 50
                paths:
                  - {model: main/gpt, prior: {success: 0.9, strength: 20, cost: "$0.002", latency: 800ms}}
                  - {model: main/other}
            """)
        let path = ModelPath(provider: "main", model: "gpt")
        let expected = LearnedRoutingOptions(
            valueOfSuccess: Money(microDollars: 500_000), penaltyPerSecond: .zero,
            costCeiling: Money(microDollars: 10_000), ceilingWindow: 500,
            priors: [
                path: PathPrior(
                    success: 0.9, strength: 20, cost: Money(microDollars: 2_000), latency: .milliseconds(800))
            ], halfLife: .seconds(12 * 3_600), halfLifeInOutcomes: 200, normalExploration: 0.05, probeShare: 0.01,
            falseAlarmInterval: 5_000, contexts: .whereItPays, propensityDraws: 50)
        #expect(route.policy == .learned(expected))
        #expect(expected.problems.isEmpty)
    }

    @Test func defaultsAreThoseOfTheLibrary() throws {
        let route = try self.gatewayRoute("    policy: learned\n    paths: [{model: main/gpt}]")
        #expect(route.policy == .learned(LearnedRoutingOptions()))
    }

    @Test(arguments: [
        ("    policy: learnd\n    paths: [{model: main/gpt}]", "5:13: routes.default.policy: "),
        (
            "    learning: {exploration: 0.2}\n    paths: [{model: main/gpt}]",
            "5:15: routes.default.learning: has no meaning without 'policy: learned'"
        ),
        (
            "    paths: [{model: main/gpt, weight: 2}]",
            "5:39: routes.default.paths[0].weight: has no meaning without 'policy: weighted'"
        ),
        (
            "    policy: weighted\n    paths: [{model: main/gpt, prior: {}}]",
            "6:38: routes.default.paths[0].prior: has no meaning without 'policy: learned'"
        ),
        (
            "    policy: weighted\n    paths: [{model: main/gpt, weight: 0}]",
            "6:12: routes.default.paths: every path has the weight 0"
        ),
        ("    policy: learned\n    learning: {exploration: 2}\n    paths: [{model: main/gpt}]", "6:29: "),
        (
            "    policy: learned\n    learning: {value_of_success: 0}\n    paths: [{model: main/gpt}]",
            "must be above $0"
        ),
    ])
    func whatDoesNotBelongIsSaidWithItsPlace(route: String, message: String) {
        let found = problems(self.text(route: route))
        #expect(found.count == 1 && found[0].contains(message), "\(found)")
    }
}

struct TaskTests {
    private func functions(_ success: String) throws -> [String: SuccessFunction] {
        try Configuration.parse("\(support)tasks:\n  refund: {success: \(success)}\n").successFunctions
    }

    @Test(arguments: [
        "{schema: {type: object}}", "{expression: \"/total > 0\"}", "{feedback: true}", "{tool: create_refund}",
        "{judge: {route: default, rubric: Be kind.}}", "{judge: {route: main/gpt, rubric: Be kind.}}",
    ])
    func eachWayToJudgeReachesTheGateway(success: String) throws {
        #expect(try self.functions(success)["refund"] != nil)
        let configuration = try Configuration.parse("\(support)tasks:\n  refund: {success: \(success)}\n")
        #expect(throws: Never.self) { try configuration.makeGateway() }
    }

    @Test(arguments: [
        (
            "{}",
            "20:21: tasks.refund.success: needs exactly one of schema, expression, judge, tool and feedback: true; none is given"
        ),
        ("{feedback: true, tool: create_refund}", "tool, feedback are given"),
        ("{feedback: false}", "none is given"),
        ("{expression: \"/total >\"}", "tasks.refund.success.expression: not an expression: it ends where it needs"),
        ("{schema: {type: objct}}", "tasks.refund.success.schema.type"),
        ("{tool: create_refnd}", "no tool with 'http' is named 'create_refnd'; did you mean 'create_refund'?"),
        ("{judge: {route: defalt, rubric: x}}", "no route is named 'defalt'; did you mean 'default'?"),
        ("{judge: {route: default}}", "missing key 'rubric'"),
    ])
    func whatIsWrongIsSaidWithItsPlace(success: String, message: String) {
        let found = problems("\(support)tasks:\n  refund: {success: \(success)}\n")
        #expect(found.count == 1 && found[0].contains(message), "\(found)")
    }

    @Test func theJudgesTaskIsTheirs() {
        let found = problems("\(support)tasks:\n  judge: {success: {feedback: true}}\n")
        #expect(found.count == 1 && found[0].contains("is the task of the models that judge"), "\(found)")
    }
}
