import Foundation

/// Where figures come from: without it they mean nothing.
struct Machine: Codable, Sendable {
    var date: String
    var system: String
    var processor: String
    var cores: Int
    /// Load average over the last minute when the run began: others' work makes figures worse.
    var load: Double
    var fileSystem: String

    static func current(folder: String) -> Machine {
        let date = Date().formatted(.iso8601.year().month().day())
        return Machine(
            date: date, system: ProcessInfo.processInfo.operatingSystemVersionString, processor: Self.processor,
            cores: ProcessInfo.processInfo.activeProcessorCount, load: Self.load,
            fileSystem: Self.fileSystem(of: folder))
    }

    private static var processor: String {
        let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
        let name = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
        return name.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
    }

    private static var load: Double {
        let text = try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)
        return text?.split(separator: " ").first.flatMap { Double($0) } ?? -1
    }

    /// The mount with the longest path that the folder is under.
    private static func fileSystem(of folder: String) -> String {
        let path = URL(filePath: folder).standardizedFileURL.resolvingSymlinksInPath().path
        let mounts = (try? String(contentsOfFile: "/proc/mounts", encoding: .utf8))?.split(separator: "\n") ?? []
        let under = mounts.map { $0.split(separator: " ").map(String.init) }.filter { mount in
            guard mount.count > 2 else { return false }
            let point = mount[1]
            return point == "/" || path == point || path.hasPrefix(point + "/")
        }
        guard let mount = under.max(by: { $0[1].count < $1[1].count }) else { return "unknown" }
        return "\(mount[2]) on \(mount[0])"
    }
}
