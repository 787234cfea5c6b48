import BelayJSON
import Testing

/// A disk that fills up under an execution. Needs a small file system, which not everybody may mount.
@Suite(.enabled(if: FaultyDisk.canMount), .timeLimit(.minutes(5)))
struct FullDiskTests {
    @Test func runEndsWithWhatToDo() async throws {
        let configuration = Project.configuration(more: "runtime: {lease: 1s}\nstore: {path: disk/belay.db}")
        try await Project.run(["belay.yaml": configuration]) { project in
            try await FaultyDisk.full(megabytes: 4, in: project) { try await self.fillUp(project) }
        }
    }

    private func fillUp(_ project: Project) async throws {
        let mock = try await project.startMock("reply: {text: All is well., latency: {first_token: 8s}}")
        let process = try await project.start("run", "How are things?")
        _ = try await Patience.wait(for: "a model call") {
            let open = try await mock.get("/_mock/stats").json["in_flight"]?.intValue ?? 0
            return open > 0 ? true : nil
        }
        try FaultyDisk.fill(in: project)
        let ended = try await process.ended()
        #expect(ended.status == 69, "\(ended)")
        let last = String(ended.errors.split(separator: "\n").last ?? "")
        #expect(last.hasPrefix("The store can't be used: the disk is full"), "\(ended)")
        #expect(!ended.errors.contains("notWritable("), "\(ended)")
        #expect(!ended.errors.contains("can't claim executions"), "\(ended)")
        let id = try #require(last.split(separator: " ").last.map(String.init))
        #expect(last.hasSuffix("as \(id); when that is mended, go on with: belay executions resume \(id)"), "\(last)")
        try FaultyDisk.free(in: project)
        let resumed = try await project.belay("executions", "resume", id)
        #expect(resumed.status == 0 && resumed.output == "All is well.\n", "\(resumed)")
    }
}
