import Foundation

/// Reads small files, and never more of one than allowed.
package enum BoundedFile {
    package struct Failure: Error, Equatable {
        /// Completes "the file X ...".
        package var reason: String
    }

    /// - Parameter limit: In bytes; a larger file is refused. So is what is no file, such as a pipe that nobody writes to.
    package static func read(_ path: String, limit: Int) throws(Failure) -> [UInt8] {
        guard !path.utf8.contains(0) else { throw Failure(reason: "has a name with a zero byte") }
        // Without O_NONBLOCK a pipe would be waited for.
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Failure(reason: errno == ENOENT || errno == ENOTDIR ? "does not exist" : "cannot be opened")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Failure(reason: "cannot be opened") }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw Failure(reason: "is a folder")
        default: throw Failure(reason: "is a pipe or a device; name a file")
        }
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
