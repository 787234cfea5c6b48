/// What the agent means to do, as it said itself.
public struct Plan: Sendable, Hashable, Codable {
    public struct Step: Sendable, Hashable, Codable {
        /// Unique in the plan.
        public var id: String
        public var title: String
        /// The tool that the step needs, if any.
        public var tool: String?
        /// Identifiers of the steps that have to be done before.
        public var dependsOn: [String]

        public init(id: String, title: String, tool: String? = nil, dependsOn: [String] = []) {
            self.id = id
            self.title = title
            self.tool = tool
            self.dependsOn = dependsOn
        }
    }

    /// 1 to 50 steps.
    public var steps: [Step]

    public init(steps: [Step]) { self.steps = steps }

    /// What is wrong with the plan, in words that help its author; nil when it can be followed.
    public func problem(tools: [String]) -> String? {
        guard !self.steps.isEmpty else { return "the plan has no steps" }
        guard self.steps.count <= 50 else { return "the plan has \(self.steps.count) steps, at most 50 are allowed" }
        var known: Set<String> = []
        for step in self.steps {
            if known.contains(step.id) { return "two steps have the id \(step.id)" }
            if let tool = step.tool, !tools.contains(tool) { return "step \(step.id) needs the unknown tool \(tool)" }
            // A step may depend only on earlier ones, which also rules out cycles.
            if let missing = step.dependsOn.first(where: { !known.contains($0) }) {
                return "step \(step.id) depends on \(missing), which is not an earlier step"
            }
            known.insert(step.id)
        }
        return nil
    }
}
