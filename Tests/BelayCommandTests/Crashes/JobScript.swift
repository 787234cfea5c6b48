import BelayJSON

/// What the simulated model does with each job: the same calls in the same turns, whatever the results are, and then its
/// answer.
struct JobScript: Sendable {
    /// The tools that are called in each turn.
    var turns: [[String]]

    /// Tokens that no other answer reports: they tell which one it was. Turns count from 0.
    func input(job: Int, turn: Int) -> Int { 1_000 + job * 100 + turn }
    func output(turn: Int) -> Int { 10 + turn }

    static func task(_ job: Int) -> String { "Do job \(job)" }

    /// - Parameter settings: What else stands at the top of the scenario.
    func scenario(jobs: Int, settings: JSON.Object = [:]) -> String {
        var scenario = settings
        scenario["rules"] = .array(self.rules(for: 0..<jobs))
        return JSON.object(scenario).serialized()  // JSON is YAML.
    }

    func rules(for jobs: some Sequence<Int>) -> [JSON] { jobs.map { self.rule(for: $0) } }

    private func rule(for job: Int) -> JSON {
        let replies: [JSON] = (0...self.turns.count).map { turn in
            let usage: JSON = [
                "input": JSON(self.input(job: job, turn: turn)), "output": JSON(self.output(turn: turn)),
            ]
            guard turn < self.turns.count else { return ["text": .string("Job \(job) is done."), "usage": usage] }
            let calls: [JSON] = self.turns[turn].map { tool in
                ["name": .string(tool), "arguments": ["job": JSON(job), "part": JSON(turn)]]
            }
            return ["tool_calls": .array(calls), "usage": usage]
        }
        return ["when": ["task": ["matches": .string("^\(Self.task(job))$")]], "replies": .array(replies)]
    }
}
