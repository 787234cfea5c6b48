import BelayJSON
import Foundation
import Testing

/// A disk that fills up under an execution. Needs a small file system, which only root may mount.
@Suite(.timeLimit(.minutes(3)))
struct FullDiskTests {
    private static let fill = """
        try:
            with open('disk/filler', 'ab', buffering=0) as file:
                for size in (4096, 1):
                    try:
                        while True: file.write(b'x' * size)
                    except OSError: pass
        except OSError: pass
        """

    @Test func runEndsWithWhatToDo() async throws {
        let configuration = Project.configuration(more: "runtime: {lease: 1s}\nstore: {path: disk/belay.db}")
        try await Project.run(["belay.yaml": configuration]) { project in
            let mount = try await project.start(
                "sh", ["-c", "mkdir disk && mount -t tmpfs -o size=1m tmpfs disk"]
            ).ended()
            guard mount.status == 0 else {
                print("FullDiskTests: skipped, nothing can be mounted here")
                return
            }
            do {
                try await self.fillUp(project)
            } catch {
                _ = try await project.start("umount", ["-l", "disk"]).ended()
                throw error
            }
            _ = try await project.start("umount", ["-l", "disk"]).ended()
        }
    }

    private func fillUp(_ project: Project) async throws {
        let mock = try await project.startMock("reply: {text: All is well., latency: {first_token: 8s}}")
        let process = try await project.start("run", "How are things?")
        _ = try await Patience.wait(for: "a model call") {
            let open = try await mock.get("/_mock/stats").json["in_flight"]?.intValue ?? 0
            return open > 0 ? true : nil
        }
        #expect(try await project.python(Self.fill).status == 0)
        let ended = try await process.ended()
        #expect(ended.status == 69, "\(ended)")
        let last = String(ended.errors.split(separator: "\n").last ?? "")
        #expect(last.hasPrefix("The store can't be used: the disk is full"), "\(ended)")
        #expect(!ended.errors.contains("notWritable("), "\(ended)")
        #expect(!ended.errors.contains("can't claim executions"), "\(ended)")
        let id = try #require(last.split(separator: " ").last.map(String.init))
        #expect(last.hasSuffix("as \(id); when that is mended, go on with: belay executions resume \(id)"), "\(last)")
        try FileManager.default.removeItem(atPath: project.path("disk/filler"))
        let resumed = try await project.belay("executions", "resume", id)
        #expect(resumed.status == 0 && resumed.output == "All is well.\n", "\(resumed)")
    }
}
