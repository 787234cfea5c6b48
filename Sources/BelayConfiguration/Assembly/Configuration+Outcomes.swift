import Belay
import BelayJSON

extension Configuration {
    /// What tells of each task whether an answer did what it was for.
    var successFunctions: [String: SuccessFunction] {
        get throws {
            let tools = self.makeTools()
            var functions: [String: SuccessFunction] = [:]
            for task in self.tasks { functions[task.name] = try Self.function(task.success, tools: tools) }
            return functions
        }
    }

    private static func function(
        _ success: Task.Success, tools: [BelayCore.Tool]
    ) throws -> SuccessFunction? {
        if let schema = success.schema { return .schema(try JSONSchema(schema)) }
        if let expression = success.expression { return .expression(try OutputExpression(expression)) }
        if let judge = success.judge { return .judge(route: judge.route, rubric: judge.rubric) }
        if let name = success.tool { return tools.first { $0.name == name }.map { .tool($0) } }
        return success.feedback ? .feedback : nil
    }
}

extension Configuration.Route {
    var routePolicy: BelayModels.Route.Policy {
        switch self.policy {
        case .ordered: .ordered
        case .weighted: .weighted
        case .learned: .learned(self.learning.options(priors: self.paths))
        }
    }
}

extension Configuration.Route.Learning {
    func options(priors paths: [Configuration.Route.Path]) -> LearnedRoutingOptions {
        var priors: [ModelPath: PathPrior] = [:]
        for path in paths {
            priors[path.model] = path.prior.map {
                PathPrior(success: $0.success, strength: $0.strength, cost: $0.cost, latency: $0.latency)
            }
        }
        return LearnedRoutingOptions(
            valueOfSuccess: self.valueOfSuccess, penaltyPerSecond: self.penaltyPerSecond,
            costCeiling: self.costCeiling, ceilingWindow: self.ceilingWindow, priors: priors, halfLife: self.halfLife,
            halfLifeInOutcomes: Double(self.halfLifeInOutcomes), normalExploration: self.exploration,
            probeShare: self.probes, falseAlarmInterval: Double(self.falseAlarmInterval), contexts: self.contexts,
            propensityDraws: self.propensityDraws)
    }
}
