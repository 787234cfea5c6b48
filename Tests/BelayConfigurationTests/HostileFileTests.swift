import BelayTesting
import Foundation
import Testing

@testable import BelayConfiguration

/// Whatever the file holds, reading it ends soon, with a value or with problems.
struct HostileFileTests {
    @Test(.timeLimit(.minutes(5)), arguments: 1...20 as ClosedRange<UInt64>)
    func aDamagedFileIsReadOrRefused(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let pieces = [
            "{", "}", "[", "]", ":", "- ", "\n", "  ", "*", "&a ", "*a", "${", "}", "\"", "'", "|", "#", "? ", "!",
            "\u{0}", "é",
        ]
        for _ in 0..<100 {
            var characters = Array(support)
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let place = Int.random(in: 0..<characters.count, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: characters.removeSubrange(place..<min(place + 3, characters.count))
                case 1:
                    characters.insert(contentsOf: pieces[Int.random(in: 0..<pieces.count, using: &random)], at: place)
                default: characters.swapAt(place, Int.random(in: 0..<characters.count, using: &random))
                }
            }
            let text = String(characters)
            for problem in problems(text) {
                #expect(problem.hasPrefix("belay.yaml:") && problem.count < 1_500, "seed \(seed): \(text)")
            }
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func aLargeFileEndsSoon() {
        let unknown = (0..<90_000).map { "k\($0): 1\n" }.joined()
        #expect(problems(unknown).count == 50)
        let tools = (0..<1_000).map { "  t\($0): {description: d, http: {url: 'http://x/{a\($0)}'}}\n" }.joined()
        #expect(problems("tools:\n" + tools).count == 50)
        let names = (0..<5_000).map { "tool\($0)" }.joined(separator: ", ")
        #expect(problems("agents: {a: {instructions: i, tools: [\(names)]}}").count > 0)
    }

    @Test func theExampleHasNoProblems() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let path = root.appendingPathComponent("examples/support/belay.yaml").path
        let configuration = try Configuration.load(path, environment: [:])
        #expect(configuration.agents.map(\.name) == ["support"])
    }
}
