import BelayYAML
import Foundation

/// Checks that what a valid file needs to run is there: something to call and somebody to call
/// it, a place for the store, and the programs that it starts.
struct ReadinessCheck {
    let configuration: Configuration
    let root: Located
    /// Where programs without a slash in their name are looked for; nil leaves them unchecked.
    let searchPath: String?

    func run(into reader: inout Reader) {
        self.require("providers", !self.configuration.providers.isEmpty, into: &reader)
        self.require("routes", !self.configuration.routes.isEmpty, into: &reader)
        self.require("agents", !self.configuration.agents.isEmpty, into: &reader)
        self.checkStore(into: &reader)
        for tool in self.configuration.tools {
            guard let program = tool.mcp?.command.first, !program.isEmpty, !self.isThere(program) else { continue }
            let node = self.root["tools"]?[tool.name]?["mcp"]?["command"]?[0] ?? self.root
            let place = program.contains("/") ? "can't be run: no such program" : "is not in PATH"
            reader.report("\(node.quoting(program)) \(place); install it or mend its name", at: node)
        }
    }

    /// The file itself is made when it doesn't exist; its folder isn't.
    private func checkStore(into reader: inout Reader) {
        let path = self.configuration.resolve(self.configuration.store.path)
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        let node = self.root["store"]?["path"] ?? self.root
        let store = "\(node.quoting(self.configuration.store.path))"
        var isFolder: ObjCBool = false
        if !FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) {
            reader.report("the folder of \(store) doesn't exist; make it", at: node)
        } else if !isFolder.boolValue {
            reader.report("\(store) is not in a folder: what it names before its last '/' is a file", at: node)
        } else if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            reader.report("\(store) is a folder; name a file in it", at: node)
        }
    }

    private func require(_ key: String, _ isThere: Bool, into reader: inout Reader) {
        guard !isThere else { return }
        // A problem below the key has said more already.
        let node = self.root[key]
        if let node, case .mapping(let entries) = node.value, !entries.isEmpty { return }
        reader.report(
            "nothing can run without one; add an entry, as `belay init` does", at: node?.position ?? .file,
            key: .key(.root, key))
    }

    private func isThere(_ program: String) -> Bool {
        let manager = FileManager.default
        if program.contains("/") { return manager.isExecutableFile(atPath: self.configuration.resolve(program)) }
        guard let searchPath else { return true }
        return searchPath.split(separator: ":").contains { manager.isExecutableFile(atPath: "\($0)/\(program)") }
    }
}
