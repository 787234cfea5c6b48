import BelayCore
import Foundation

/// The first 100 bytes of a SQLite file, read before SQLite opens it: opening would already change the journal mode of
/// somebody else's database.
enum FileHeader {
    private static let magic = Array("SQLite format 3\0".utf8)

    /// Refuses a path that can't be, or must not become, a store.
    ///
    /// - Throws: `StoreError.notWritable`, `StoreError.corrupt`, `StoreError.newerSchema`.
    static func check(path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
            throw StoreError.notWritable("the folder \(folder) of the store does not exist: create it")
        }
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { return }
        guard !isFolder.boolValue else { throw StoreError.notWritable("\(path) is a folder: name a file") }
        // Reading a pipe would wait for somebody who writes.
        let type = try FileManager.default.attributesOfItem(atPath: (path as NSString).resolvingSymlinksInPath)[.type]
        guard type as? FileAttributeType == .typeRegular else {
            throw StoreError.notWritable("\(path) is no file that a store could be in: name another one")
        }
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw StoreError.notWritable("\(path) can't be read: check owner and permissions")
        }
        defer { try? file.close() }  // Only read; there is nothing to lose.
        let bytes = [UInt8](try file.read(upToCount: 100) ?? Data())
        guard !bytes.isEmpty else { return }
        guard bytes.count == 100, bytes.starts(with: Self.magic) else {
            throw StoreError.corrupt("\(path) is not a SQLite database: name another file or restore a backup")
        }
        // A young store's identity may still be in its write-ahead log only.
        let isYoung = Self.integer(bytes, at: 28) <= 1 || FileManager.default.fileExists(atPath: "\(path)-wal")
        let identity = Self.integer(bytes, at: 68)
        guard identity == Schema.applicationID || (identity == 0 && isYoung) else {
            throw StoreError.corrupt("\(path) is a database of another program: name another file")
        }
        guard Self.integer(bytes, at: 60) <= Schema.version else { throw Self.isNewer(path) }
    }

    static func isNewer(_ path: String) -> StoreError {
        .newerSchema("\(path) was written by a newer version of Belay: use that version")
    }

    /// Big-endian; 28 holds the size in pages, 60 the schema's version, 68 the application's identity (see sqlite.org/fileformat2.html).
    private static func integer(_ bytes: [UInt8], at offset: Int) -> Int {
        bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    }
}
