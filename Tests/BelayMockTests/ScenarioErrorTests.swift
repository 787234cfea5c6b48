import Foundation
import Testing

@testable import BelayMock

/// What a user reads who got the file wrong.
@Suite struct ScenarioErrorTests {
    @Test(arguments: [
        ("rulez: []", "s.yaml:1:1: rulez: unknown key; did you mean 'rules'? (allowed: faults,"),
        (
            "rules:\n  - when: {last_mesage: x}\n    reply: y",
            "s.yaml:2:12: rules[0].when.last_mesage: unknown key; did you mean 'last_message'?"
        ),
        ("rules:\n  - when: {}", "s.yaml:2:5: rules[0]: a rule needs 'reply' or 'replies'"),
        ("rules: [{reply: a, replies: [b]}]", "rules[0]: a rule has either 'reply' or 'replies', not both"),
        ("rules: {}", "rules: expected a list, found a mapping"),
        ("reply: {text: a, json: {}}", "reply: a reply has one of text, json and refusal"),
        ("reply: 'Hi {{last_mesage}}'", "it must begin with one of"),
        ("reply: 'Hi {{last_mesage}}'", "did you mean 'last_message'?"),
        ("reply: 'Hi {{last_message'", "reply: a placeholder is not closed: '{{last_message'"),
        ("reply: 'Hi {{turn | lower}}'", "'lower' is no filter; there are int, number, string and default \"text\""),
        (
            "rules: [{when: {task: {matches: '(?<order>x)'}}, reply: 'a {{capture.ordr}}'}]",
            "'{{capture.ordr}}' needs a group (?<ordr>...) in a 'matches' of this rule; did you mean 'order'?"
        ),
        (
            "rules: [{when: {task: {matches: '(x'}}, reply: a}]",
            "rules[0].when.task.matches: '(x' is no regular expression"
        ),
        (
            "rules: [{when: {last_role: usr}, reply: a}]",
            "unknown value 'usr'; did you mean 'user'? (allowed: user, assistant, tool)"
        ),
        ("rules: [{when: {turn: -1}, reply: a}]", "turn: expected a whole number from 0 to 1000000, found '-1'"),
        ("faults: [{kind: stal}]", "faults[0].kind: unknown value 'stal'"),
        ("faults: [{kind: stal}]", "did you mean 'stall'?"),
        ("faults: [{rate: 0.1}]", "faults[0]: a fault needs a kind"),
        ("faults: [{kind: stall, rate: 15}]", "faults[0].rate: expected a number from 0.0 to 1.0, found '15'"),
        ("faults: [{kind: stall, retry_after: 1s}]", "retry_after: means nothing for a fault of kind 'stall'"),
        (
            "faults: [{kind: rate_limited, retry_after_form: date}]",
            "retry_after_form: means nothing without retry_after"
        ),
        ("faults: [{kind: refused}]", "refused needs a schedule with 'for'"),
        ("faults: [{kind: refused, rate: 0.1, schedule: {for: 1s}}]", "'rate' means nothing for refused"),
        ("faults: [{kind: flapping}]", "flapping needs a schedule, such as {every: 20s, for: 5s}"),
        ("faults: [{kind: stall, schedule: {every: 5s, for: 9s}}]", "'every' needs a 'for' that is shorter"),
        (
            "latency: {first_token: 50}",
            "latency.first_token: expected a time of at most a day, such as 50ms, 2s or 1m, found '50'"
        ),
        ("latency: {first_token: {p50: 2s, p95: 1s}}", "p50 must be above 0 and p95 not below p50"),
        ("latency: {per_token: {uniform: [1ms]}}", "uniform needs two times, such as [20ms, 80ms]"),
        ("latency: {per_token: {uniform: [9ms, 1ms]}}", "uniform: the first time is longer than the second"),
        ("models: [{latency: {}}]", "models[0]: a model needs a name"),
        ("seed: x", "seed: expected a whole number"),
        ("faults_percent: 150", "faults_percent: expected a number from 0.0 to 100.0, found '150'"),
        ("rules: [", "not valid YAML"),
        ("a: 1\na: 2", "s.yaml:2:1: a: the key stands here twice; the first is in line 1"),
        ("- a", "s.yaml:1:1: expected a mapping, found a list"),
    ])
    func messagesSayWhatWhereAndWhatToDo(yaml: String, message: String) throws {
        let error = #expect(throws: MockScenarioError.self) { try MockScenario(yaml: yaml, file: "s.yaml") }
        let text = try #require(error).description
        #expect(text.hasPrefix("s.yaml"))
        #expect(text.contains(message), "\(text)")
    }

    @Test func allRulesAndFaultsAreReadBeforeSomebodyIsTold() throws {
        let yaml = """
            rules:
              - {when: {last_rol: user, tol: x}, reply: a}
              - {reply: b}
              - {by: stp, reply: c}
            """
        let error = #expect(throws: MockScenarioError.self) { try MockScenario(yaml: yaml, file: "s.yaml") }
        #expect(
            try #require(error).problems.map { "\($0.line) \($0.key) \($0.suggestion ?? "")" } == [
                "2 rules[0].when.last_rol last_role", "2 rules[0].when.tol tool", "4 rules[2].by step",
            ])
    }

    /// What the reader of `belay.yaml` survives, this one does.
    @Test(.timeLimit(.minutes(5)))
    func aHostileFileIsBounded() throws {
        var lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
        for level in 1...30 {
            lines.append(
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ") + "]")
        }
        let bomb = lines.joined(separator: "\n")
        for yaml in [bomb, String(repeating: "[", count: 100_000), "# " + String(repeating: "x", count: 2 << 20)] {
            #expect(throws: MockScenarioError.self) { try MockScenario(yaml: yaml, file: "s.yaml") }
        }
    }

    /// The guide shows a scenario: it must be one.
    @Test func theGuidesExampleIsValid() throws {
        let guide = try String(contentsOfFile: #filePath.replacing(#/Tests/.*/#, with: "docs/mock.md"), encoding: .utf8)
        let blocks = guide.components(separatedBy: "```yaml\n").dropFirst()
        for block in blocks {
            let yaml = try #require(block.components(separatedBy: "```").first)
            #expect(try MockScenario(yaml: yaml, file: "mock.md").rules.count == 3)
        }
        #expect(blocks.count == 1)
    }

    @Test func anEmptyFileIsAScenario() throws {
        #expect(try MockScenario(yaml: "", file: "s.yaml").rules.isEmpty)
        #expect(try MockScenario(yaml: "# only a comment\n", file: "s.yaml").rules.isEmpty)
    }
}
