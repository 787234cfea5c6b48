import BelayCore
import Foundation

/// Which files a store has open, so that it notices when their names lead elsewhere: to a file that was removed or
/// replaced SQLite goes on writing, and nobody would ever find it again.
struct FileIdentity: Sendable {
    private struct Place: Sendable, Hashable {
        let device: UInt64
        let inode: UInt64
    }

    /// The file before its log, so that what is named is the same each time.
    private let places: [(name: String, place: Place)]

    /// Takes down the file and its log as they are now, which has to be after the first write through an open connection.
    init(path: String) {
        // Absolute: the process may change its folder.
        let path = URL(fileURLWithPath: path).path
        self.places = [path, "\(path)-wal"].compactMap { name in Self.place(of: name).map { (name, $0) } }
    }

    /// Two calls of `stat`.
    ///
    /// - Throws: `StoreError.notWritable`.
    func verify() throws(StoreError) {
        for (name, place) in self.places where Self.place(of: name) != place { throw Self.gone(name) }
    }

    static func gone(_ name: String?) -> StoreError {
        let file = name.map { "the store's file \($0)" } ?? "the store's file"
        return .notWritable(
            "\(file) was removed or replaced while in use; nothing was written: put it back, or restart to begin with what "
                + "is there now")
    }

    private static func place(of name: String) -> Place? {
        var information = stat()
        guard stat(name, &information) == 0 else { return nil }
        return Place(device: UInt64(information.st_dev), inode: UInt64(information.st_ino))
    }
}
