import BelayCore
import Foundation

/// Which files a store has open, so that it notices when their names lead elsewhere: to a file that was removed or
/// replaced SQLite goes on writing, and nobody would ever find it again.
struct FileIdentity: Sendable {
    private struct Place: Sendable, Hashable {
        let device: UInt64
        let inode: UInt64
    }

    private let path: String
    private let places: [String: Place]

    /// Takes down the file and its log as they are now, which has to be after the first write through an open connection.
    init(path: String) {
        // Relative to the folder in which the file was opened.
        self.path = URL(fileURLWithPath: path).path
        var places: [String: Place] = [:]
        for name in [self.path, "\(self.path)-wal"] { places[name] = Self.place(of: name) }
        self.places = places
    }

    /// Two calls of `stat`.
    ///
    /// - Throws: `StoreError.notWritable`.
    func verify() throws(StoreError) {
        for (name, place) in self.places where Self.place(of: name) != place { throw Self.gone(name) }
    }

    static func gone(_ name: String?) -> StoreError {
        .notWritable(
            "the store's file \(name.map { "\($0) " } ?? "")was removed or replaced while in use; nothing was written: put it back, or restart "
                + "to begin with what is there now")
    }

    private static func place(of name: String) -> Place? {
        var information = stat()
        guard stat(name, &information) == 0 else { return nil }
        return Place(device: UInt64(information.st_dev), inode: UInt64(information.st_ino))
    }
}
