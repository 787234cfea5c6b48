import Foundation

/// A file system that is mounted for a test, where the test may do that (as root, not on macOS).
final class TemporaryMount {
    struct Failure: Error { var arguments: [String] }

    static let isPossible: Bool = {
        guard geteuid() == 0, let folder = try? TemporaryFolder() else { return false }
        return (try? TemporaryMount(of: "tmpfs", at: folder.url.path, options: "size=1m", type: "tmpfs").remove())
            != nil
    }()

    private let path: String
    private var isMounted = true

    init(of source: String, at path: String, options: String, type: String = "none") throws {
        self.path = path
        try Self.run(["mount", "-t", type, "-o", options, source, path])
    }

    func run(_ arguments: String...) throws { try Self.run(arguments) }

    func remove() throws {
        try Self.run(["umount", "-l", self.path])
        self.isMounted = false
    }

    deinit {
        // Only after a failed test; whatever still has a file open keeps it until then.
        if self.isMounted { try? Self.run(["umount", "-l", self.path]) }
    }

    private static func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(arguments: arguments) }
    }
}
