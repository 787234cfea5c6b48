import BelayJSON
import BelayYAML
import Foundation

extension Configuration {
    /// The largest file of instructions, in bytes.
    static let maximumInstructionsBytes = 256 << 10

    /// Reads and checks a configuration file, at most 1 MiB of UTF-8.
    ///
    /// - Parameters:
    ///   - path: The file. Paths in it are relative to its folder.
    ///   - environment: What `${NAME}` refers to; the process's environment by default.
    ///   - verifying: Whether what is needed to run has to be there: a provider, a route, an agent,
    ///     the folder of the store, the programs of MCP servers.
    /// - Throws: `ConfigurationError` with every problem found. Nothing was started or changed.
    public static func load(
        _ path: String, environment: [String: String] = ProcessInfo.processInfo.environment, verifying: Bool = false
    ) throws(ConfigurationError) -> Configuration {
        var reader = Reader(file: path)
        let bytes: [UInt8]
        do {
            bytes = try BoundedFile.read(path, limit: YAMLDocument.maximumBytes)
        } catch {
            reader.report("the file \(error.reason)", at: .file, key: .root)
            try reader.finish()
            return Configuration()
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            reader.report("the file is not UTF-8 text", at: .file, key: .root)
            try reader.finish()
            return Configuration()
        }
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        return try Self.read(text, folder: folder, environment: environment, verifying: verifying, reader: reader)
    }

    /// Reads and checks the text of a configuration file.
    ///
    /// - Parameters:
    ///   - name: What problems call the file.
    ///   - folder: What paths in it are relative to.
    /// - Throws: `ConfigurationError` with every problem found.
    public static func parse(
        _ text: String, name: String = "belay.yaml", folder: String = ".", environment: [String: String] = [:]
    ) throws(ConfigurationError) -> Configuration {
        try Self.read(text, folder: folder, environment: environment, reader: Reader(file: name))
    }

    private static func read(
        _ text: String, folder: String, environment: [String: String], verifying: Bool = false, reader: Reader
    ) throws(ConfigurationError) -> Configuration {
        var reader = reader
        var configuration = Configuration()
        configuration.folder = folder
        let references = References(environment: environment, folder: folder)
        if let root = YAMLDocument.read(text, substituting: references, into: &reader) {
            Self.section.read(root, into: &configuration, &reader)
            configuration.readInstructions(at: root, into: &reader)
            configuration.readPrices(at: root, into: &reader)
            ConfigurationCheck(configuration: configuration, root: root).run(into: &reader)
            if verifying {
                ReadinessCheck(configuration: configuration, root: root, searchPath: environment["PATH"])
                    .run(into: &reader)
            }
            if reader.problems.isEmpty { configuration.remark(on: root, of: reader.file) }
        }
        try reader.finish()
        return configuration
    }

    /// What the file may say and probably doesn't mean, by line: for whoever starts something with it. None of it keeps
    /// anything from running.
    public var warnings: [ConfigurationError.Problem] { self.remarks.warnings }

    private mutating func remark(on root: Located, of file: String) {
        self.remarks.note(referencesIn: root)
        var reader = Reader(file: file)
        WarningCheck(configuration: self, root: root).run(into: &reader)
        self.remarks.warnings = reader.problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
    }

    private mutating func readInstructions(at root: Located, into reader: inout Reader) {
        for index in self.agents.indices {
            guard let file = self.agents[index].instructionsFile,
                let node = root["agents"]?[self.agents[index].name]?["instructions_file"]
            else { continue }
            do {
                let bytes = try BoundedFile.read(self.resolve(file), limit: Self.maximumInstructionsBytes)
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    reader.report("the file '\(file)' is not UTF-8 text", at: node)
                    continue
                }
                if text.utf8.contains(0) { reader.report("the file '\(file)' holds a zero byte", at: node) }
                if text.allSatisfy(\.isWhitespace) { reader.report("the file '\(file)' is empty", at: node) }
                // A problem with both keys set is reported by the check; the text is not needed then.
                self.agents[index].instructions = text
            } catch {
                reader.report("the file '\(file)' \(error.reason)", at: node)
            }
        }
    }

    /// A path of the file as one that the process can open.
    public func resolve(_ path: String) -> String {
        path.hasPrefix("/") ? path : URL(fileURLWithPath: self.folder).appendingPathComponent(path).path
    }
}
