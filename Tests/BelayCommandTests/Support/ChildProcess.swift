import Foundation
import Subprocess
import SystemPackage

/// A program that a test started. Its streams go to files, so that nobody has to drain them.
final class ChildProcess: Sendable {
    /// How a program ended, and all that it wrote.
    struct Ended: Sendable, CustomStringConvertible {
        /// The exit status; what a shell says, 128 and the signal, after a signal.
        var status: Int32
        var output: String
        var errors: String

        var description: String { "status \(self.status)\noutput: \(self.output)\nerrors: \(self.errors)" }
    }

    private let name: String
    private let files: (output: URL, errors: URL)
    private let processID: pid_t
    private let ending: Task<Int32, any Error>

    /// - Parameters:
    ///   - logs: The folder of the files that take its streams.
    ///   - input: All of its standard input.
    init(
        _ program: String, _ arguments: [String], in folder: URL, logs: URL, environment: [String: String],
        input: String = ""
    ) async throws {
        self.name = ([program] + arguments).joined(separator: " ")
        let base = logs.appending(path: UUID().uuidString)
        let files = (output: base.appendingPathExtension("out"), errors: base.appendingPathExtension("err"))
        self.files = files
        let inputFile = base.appendingPathExtension("in")
        try input.write(to: inputFile, atomically: false, encoding: .utf8)
        let (started, report) = AsyncStream<pid_t>.makeStream()
        let variables = environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
        let configuration = Configuration(
            executable: program.contains("/") ? .path(FilePath(program)) : .name(program),
            arguments: Arguments(arguments),
            environment: .custom(Dictionary(variables) { first, _ in first }),
            workingDirectory: FilePath(folder.path))
        self.ending = Task {
            defer { report.finish() }
            let result = try await Subprocess.run(
                configuration,
                input: .fileDescriptor(
                    try FileDescriptor.open(FilePath(inputFile.path), .readOnly, options: .closeOnExec),
                    closeAfterSpawningProcess: true),
                output: .fileDescriptor(try Self.file(files.output), closeAfterSpawningProcess: true),
                error: .fileDescriptor(try Self.file(files.errors), closeAfterSpawningProcess: true)
            ) { execution in
                _ = report.yield(execution.processIdentifier.value)
                report.finish()
            }
            return switch result.terminationStatus {
            case .exited(let code): code
            case .signaled(let signal): 128 + signal
            @unknown default: -1
            }
        }
        guard let processID = await started.first(where: { _ in true }) else {
            _ = try await self.ending.value
            throw Patience.Exhausted(description: "\(self.name) did not start")
        }
        self.processID = processID
    }

    private static func file(_ url: URL) throws -> FileDescriptor {
        try FileDescriptor.open(
            FilePath(url.path), .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: [.ownerReadWrite])
    }

    var output: String { Self.text(of: self.files.output) }
    var errors: String { Self.text(of: self.files.errors) }

    private static func text(of file: URL) -> String {
        String(decoding: (try? Data(contentsOf: file)) ?? Data(), as: UTF8.self)
    }

    /// The rest of the first line of either stream that begins like this.
    ///
    /// - Throws: `Patience.Exhausted` with all that it wrote, at once when the program ends without such a line.
    func line(beginning prefix: String) async throws -> String {
        try await Patience.wait(
            for: "a line '\(prefix)...' of \(self.name)", circumstances: { self.output + self.errors }
        ) {
            let isOver = kill(self.processID, 0) != 0
            let lines = (self.output + self.errors).split(separator: "\n")
            if let line = lines.first(where: { $0.hasPrefix(prefix) }) { return String(line.dropFirst(prefix.count)) }
            guard !isOver else {
                throw Patience.Exhausted(description: "\(self.name) ended: \(self.output + self.errors)")
            }
            return nil
        }
    }

    /// Its resident memory.
    var residentKilobytes: Int {
        get async throws {
            guard let kilobytes = Int(try await self.residentText()) else {
                throw Patience.Exhausted(description: "\(self.name) has ended")
            }
            return kilobytes
        }
    }

    private func residentText() async throws -> String {
        #if os(Linux)
            // A small system has no `ps`.
            let status = try String(contentsOfFile: "/proc/\(self.processID)/status", encoding: .utf8)
            let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") } ?? ""
            return line.split(whereSeparator: \.isWhitespace).dropFirst().first.map(String.init) ?? ""
        #else
            let result = try await Subprocess.run(
                .name("ps"), arguments: ["-o", "rss=", "-p", "\(self.processID)"], output: .string(limit: 1_024))
            return result.standardOutput.trimmingCharacters(in: .whitespacesAndNewlines)
        #endif
    }

    func send(_ signal: Int32) { kill(self.processID, signal) }

    /// Waits for the end; a minute at most, then the program is killed.
    func ended() async throws -> Ended {
        let watch = Task {
            try await Task.sleep(for: Patience.limit)
            self.send(SIGKILL)
        }
        defer { watch.cancel() }
        let status = try await withTaskCancellationHandler {
            try await self.ending.value
        } onCancel: {
            self.send(SIGKILL)
        }
        return Ended(status: status, output: self.output, errors: self.errors)
    }

    /// Ends it, whatever it does.
    func destroy() async {
        self.ending.cancel()
        _ = await self.ending.result
    }
}
