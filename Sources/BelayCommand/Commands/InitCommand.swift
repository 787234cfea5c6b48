import ArgumentParser
import BelayConfiguration
import Foundation

struct InitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init", abstract: "Writes a small working project that runs against `belay mock`.")

    @Argument(help: "The folder; made if it is missing.")
    var folder = "."

    func run() throws {
        let root = URL(fileURLWithPath: self.folder)
        let files = ProjectTemplate.assistant.files
        if let taken = files.first(where: { FileManager.default.fileExists(atPath: root.appending(path: $0.path).path) }
        ) {
            throw Failure.wrongData("\(root.appending(path: taken.path).path) exists; nothing was written.")
        }
        for file in files {
            let url = root.appending(path: file.path)
            do {
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(file.content.utf8).write(to: url, options: .withoutOverwriting)
            } catch {
                throw Failure.unavailable("can't write \(url.path): \(Failure.reason(of: error))")
            }
            Console.result(file.path)
        }
        Console.note("Next: see README.md in \(self.folder).")
    }
}
