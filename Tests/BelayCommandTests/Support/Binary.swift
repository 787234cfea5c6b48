import Foundation

/// The binary under test, built beside the tests.
enum Binary {
    /// `BELAY_BIN` names another one.
    static let path: String = {
        if let path = ProcessInfo.processInfo.environment["BELAY_BIN"] { return path }
        // Beside the program that runs the tests, or, on macOS, beside the bundle that holds it.
        var folder = Bundle.main.executableURL?.deletingLastPathComponent() ?? URL(fileURLWithPath: ".")
        for _ in 0..<4 {
            let candidate = folder.appending(path: "belay").path
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
            folder.deleteLastPathComponent()
        }
        fatalError("The belay binary is not beside the tests: build it, or name it in BELAY_BIN.")
    }()
}
