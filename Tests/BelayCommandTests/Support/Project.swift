import BelayJSON
import Foundation
import Synchronization

/// A folder with a `belay.yaml`, and everything that a test starts in it. When the test ends all of it is stopped and gone.
final class Project: Sendable {
    let folder: URL
    private let logs: URL
    private let state = Mutex((children: [ChildProcess](), environment: [String: String]()))

    static func run(
        _ files: [String: String] = [:], _ body: @Sendable (Project) async throws -> Void
    ) async throws {
        let project = try Project()
        let result: Result<Void, any Error>
        do {
            for (name, text) in files { try project.write(name, text) }
            result = .success(try await body(project))
        } catch {
            result = .failure(error)
        }
        for child in project.state.withLock({ $0.children }) { await child.destroy() }
        try FileManager.default.removeItem(at: project.folder)
        try FileManager.default.removeItem(at: project.logs)
        try result.get()
    }

    private init() throws {
        let base = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
        self.folder = base.appending(path: "belay-command-\(UUID().uuidString)")
        self.logs = base.appending(path: "belay-command-logs-\(UUID().uuidString)")
        for folder in [self.folder, self.logs] {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        }
        let own = ProcessInfo.processInfo.environment
        self.state.withLock { state in
            for name in ["PATH", "HOME", "TMPDIR"] { state.environment[name] = own[name] }
            state.environment["PYTHONDONTWRITEBYTECODE"] = "1"
        }
    }

    func path(_ name: String) -> String { self.folder.appending(path: name).path }

    func write(_ name: String, _ text: String) throws {
        try text.write(to: self.folder.appending(path: name), atomically: true, encoding: .utf8)
    }

    /// What is in a file; nil when there is none.
    func bytes(of name: String) -> Data? { FileManager.default.contents(atPath: self.path(name)) }

    func set(_ variable: String, to value: String) { self.state.withLock { $0.environment[variable] = value } }

    /// Starts a program in the folder.
    func start(_ program: String, _ arguments: [String], input: String = "") async throws -> ChildProcess {
        let child = try await ChildProcess(
            program, arguments, in: self.folder, logs: self.logs,
            environment: self.state.withLock { $0.environment }, input: input)
        self.state.withLock { $0.children.append(child) }
        return child
    }

    func start(_ arguments: String...) async throws -> ChildProcess { try await self.start(Binary.path, arguments) }

    /// Runs a command to its end.
    func belay(_ arguments: String..., input: String = "") async throws -> ChildProcess.Ended {
        try await self.start(Binary.path, arguments, input: input).ended()
    }

    /// Runs a Python script to its end.
    func python(_ script: String) async throws -> ChildProcess.Ended {
        try await self.start("python3", ["-c", script]).ended()
    }

    /// Starts the simulated model and sets `MODEL_URL` to it.
    @discardableResult
    func startMock(_ scenario: String, remembering requests: Int = 200) async throws -> API {
        try self.write("scenario.yaml", scenario)
        let mock = try await self.start(
            "mock", "--port", "0", "--scenario", "scenario.yaml", "--remember", "\(requests)")
        let url = try await mock.line(beginning: "belay mock listens on ")
        self.set("MODEL_URL", to: url + "/v1")
        return API(url: url)
    }

    /// Starts `belay serve` on a free port.
    func serve() async throws -> (process: ChildProcess, api: API) {
        let process = try await self.start("serve", "--port", "0")
        return (process, API(url: try await process.line(beginning: "belay listens on ")))
    }

    /// The files in the folder, in order.
    var files: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: self.folder.path).sorted() }
    }

    /// A `belay.yaml` with one agent, `clerk`, whose model is at `MODEL_URL`.
    ///
    /// - Parameter tools: The mapping of tools in YAML, each by name; all of them are the agent's.
    static func configuration(tools: [String: String] = [:], more: String = "") -> String {
        let entries = tools.sorted { $0.key < $1.key }
        let section = entries.map { "  \($0.key): \($0.value)\n" }.joined()
        return """
            providers:
              main:
                kind: openai
                base_url: ${MODEL_URL:-http://127.0.0.1:9/v1}
                api_key: a-secret-key
                prices:
                  mock: {input: 1.00, output: 2.00}
            routes:
              default:
                paths: [{model: main/mock}]
                backoff: {base: 10ms, cap: 100ms}
            tools:\(entries.isEmpty ? " {}" : "\n" + section)
            agents:
              clerk:
                instructions: You keep the books.
                tools: [\(entries.map(\.key).joined(separator: ", "))]
            \(more)
            """
    }
}

extension ChildProcess.Ended {
    /// The output as JSON.
    var json: JSON { get throws { try JSON.parse(self.output) } }
}
