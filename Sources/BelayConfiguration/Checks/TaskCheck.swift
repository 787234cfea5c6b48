import BelayCore
import BelayJSON
import BelayModels
import BelayYAML

/// Checks what tells of a task whether an answer did what it was for.
struct TaskCheck {
    let configuration: Configuration
    let task: Configuration.Task
    let node: Located

    func run(into reader: inout Reader) {
        if self.task.name == "judge" {
            reader.report("is the task of the models that judge; name this one otherwise", at: self.node)
        }
        guard let success = self.node["success"], !success.isNull else { return }
        let keys = ["schema", "expression", "judge", "tool"].filter { success[$0].map { !$0.isNull } ?? false }
        let ways = keys + (self.task.success.feedback ? ["feedback"] : [])
        if ways.count != 1 {
            let found = ways.isEmpty ? "none is" : "\(ways.joined(separator: ", ")) are"
            reader.report(
                "needs exactly one of schema, expression, judge, tool and feedback: true; \(found) given", at: success)
        }
        if let judge = self.task.success.judge, let route = success["judge"]?["route"] {
            self.check(judge.route, at: route, into: &reader)
        }
        if let tool = self.task.success.tool, let node = success["tool"] {
            self.check(tool: tool, at: node, into: &reader)
        }
    }

    private func check(_ route: String, at node: Located, into reader: inout Reader) {
        let routes = self.configuration.routes.map(\.name)
        if routes.contains(route) { return }
        if let path = ModelPath(route), self.configuration.providers.contains(where: { $0.name == path.provider }) {
            return
        }
        let nearest = reader.isFull ? nil : Suggestion.nearest(to: route, among: routes)
        reader.report(
            "no route is named \(node.quoting(route))", at: node, suggestion: nearest, allowed: routes.sorted())
    }

    private func check(tool: String, at node: Located, into reader: inout Reader) {
        let tools = self.configuration.tools.filter { $0.http != nil }.map(\.name)
        guard !tools.contains(tool) else { return }
        let nearest = reader.isFull ? nil : Suggestion.nearest(to: tool, among: tools)
        reader.report(
            "no tool with 'http' is named \(node.quoting(tool))", at: node, suggestion: nearest,
            allowed: tools.sorted())
    }
}
