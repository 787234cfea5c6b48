import Foundation

/// The programs of this package, built beside the tests.
enum Binary {
    /// The one under test; `BELAY_BIN` names another one.
    static let path = ProcessInfo.processInfo.environment["BELAY_BIN"] ?? Self.named("belay")
    /// A process that dies where a test wants it to.
    static let mortal = Self.named("MortalRun")

    private static func named(_ name: String) -> String {
        // Beside the program that runs the tests, or, on macOS, beside the bundle that holds it.
        var folder = Bundle.main.executableURL?.deletingLastPathComponent() ?? URL(fileURLWithPath: ".")
        for _ in 0..<4 {
            let candidate = folder.appending(path: name).path
            if FileManager.default.isExecutableFile(atPath: candidate) { return candidate }
            folder.deleteLastPathComponent()
        }
        fatalError("\(name) is not beside the tests: build it.")
    }
}
