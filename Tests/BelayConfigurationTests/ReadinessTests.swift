import Foundation
import Testing

@testable import BelayConfiguration

/// What a valid file lacks to run with.
struct ReadinessTests {
    private func problems(_ text: String) throws -> [String] {
        let folder = try TemporaryFolder()
        try folder.write("belay.yaml", text)
        do {
            _ = try Configuration.load(folder.path + "/belay.yaml", environment: [:], verifying: true)
            return []
        } catch {
            return error.problems.map { $0.description.replacing(folder.path + "/", with: "") }
        }
    }

    private let withoutAgents = support.components(separatedBy: "agents:")[0]

    @Test func withoutAnAgentNothingRuns() throws {
        let message = "agents: nothing can run without one; add an entry, as `belay init` does"
        #expect(try self.problems(support) == [])
        #expect(try self.problems(self.withoutAgents) == ["belay.yaml: \(message)"])
        #expect(try self.problems(self.withoutAgents + "agents: {}\n") == ["belay.yaml:15:9: \(message)"])
    }

    @Test func theFolderOfTheStoreIsThere() throws {
        #expect(try self.problems(support + "store: {path: new.db}\n") == [])
        #expect(
            try self.problems(support + "store: {path: data/new.db}\n") == [
                "belay.yaml:19:15: store.path: the folder of 'data/new.db' doesn't exist; make it"
            ])
        #expect(
            try self.problems(support + "store: {path: belay.yaml/new.db}\n") == [
                "belay.yaml:19:15: store.path: 'belay.yaml/new.db' is not in a folder: what it names before its last "
                    + "'/' is a file"
            ])
        #expect(
            try self.problems(support + "store: {path: .}\n") == [
                "belay.yaml:19:15: store.path: '.' is a folder; name a file in it"
            ])
    }
}
