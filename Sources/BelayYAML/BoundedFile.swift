import Foundation

/// Reads small files, and never more of one than allowed.
package enum BoundedFile {
    package struct Failure: Error, Equatable {
        /// Completes "the file X ...".
        package var reason: String
    }

    /// - Parameter limit: In bytes; a larger file is refused.
    package static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw Failure(reason: "does not exist")
        }
        guard !isFolder.boolValue else { throw Failure(reason: "is a folder") }
        guard let handle = FileHandle(forReadingAtPath: path) else { throw Failure(reason: "cannot be opened") }
        defer { handle.closeFile() }
        let data: Data
        do {
            data = try handle.read(upToCount: limit + 1) ?? Data()
        } catch {
            throw Failure(reason: "cannot be read: \(error.localizedDescription)")
        }
        guard data.count <= limit else { throw Failure(reason: "is larger than \(limit >> 10) KiB") }
        return Array(data)
    }
}
