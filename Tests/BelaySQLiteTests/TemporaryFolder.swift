import Foundation

/// A folder that is gone when nobody holds it any more.
final class TemporaryFolder: Sendable {
    let url: URL

    init() throws {
        self.url = FileManager.default.temporaryDirectory.appendingPathComponent("belay-store-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.url, withIntermediateDirectories: false)
    }

    /// The path of a file in it.
    func path(_ name: String = "store.db") -> String { self.url.appendingPathComponent(name).path }

    deinit {
        // A folder that stays behind in the system's temporary folder is the system's to remove.
        try? FileManager.default.removeItem(at: self.url)
    }
}
