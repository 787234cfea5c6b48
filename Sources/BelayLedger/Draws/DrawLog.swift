import BelayCore
import BelayJSON
import BelayResilience
import Foundation
import SystemPackage

/// What a node has under way, in a file that outlives the process: a line for each attempt before it begins, and one for
/// what it cost. An attempt without the second counts as lost.
///
/// The lines aren't synced: they survive the death of the process, by whatever signal, but not that of the machine. So the
/// file says since when the machine has been up, and one from before that tells nothing.
public final class DrawLog: Sendable {
    /// From this size on lines that are needed no more are dropped.
    private static let longSize = 1 << 20

    private struct State {
        /// 0 without a lease: nobody would look for what a node had under way.
        var term: Int64 = 0
        var file: FileDescriptor?
        var size = 0
        /// The last line may not have been written whole.
        var isTorn = false
    }

    private let folder: FilePath
    private let node: NodeID
    private let state = Locked(State())

    /// - Parameter folder: Made when it isn't there; its parent has to be.
    /// - Throws: `Errno`.
    public init(folder: String, node: NodeID) throws {
        self.folder = FilePath(folder)
        self.node = node
        try self.makeFolder()
    }

    private func makeFolder() throws {
        do {
            try FileManager.default.createDirectory(atPath: self.folder.string, withIntermediateDirectories: false)
        } catch CocoaError.fileWriteFileExists {}
    }

    deinit { self.state.withLock { try? $0.file?.close() } }

    /// Begins the file of a lease with what is under way. That of the lease before is of no more use.
    ///
    /// - Throws: `Errno`; the next line tries again to make the file.
    func begin(term: Int64, with rows: () -> [LedgerRow]) throws {
        try self.state.withLock { state in
            self.drop(&state)
            state.term = term
            try self.write(rows().flatMap(\.drawLine), &state)
        }
    }

    /// Ends the file of a lease that was given back.
    func end(term: Int64) { self.state.withLock { if $0.term == term { self.drop(&$0) } } }

    /// Notes an attempt that begins, as the line that others write for it if nothing more is heard; or what one has cost.
    ///
    /// - Throws: `Errno`: the attempt must not begin.
    func append(_ row: LedgerRow) throws { try self.write(row.drawLine) }

    /// Notes that an attempt was never made.
    func cancel(_ serial: Int64) throws {
        var line = DrawLine()
        line.append("cancelled", serial)
        line.end()
        try self.write(line.bytes)
    }

    /// Whether it is time to drop lines.
    var isLong: Bool { self.state.withLock { $0.size > Self.longSize } }

    /// Begins a new file with what is still under way, in the place of the old one.
    func rewrite(_ rows: () -> [LedgerRow]) throws {
        try self.state.withLock { state in
            let fresh = self.folder.appending("\(self.node).new")
            let file = try Self.open(fresh)
            do {
                try file.writeAll(Self.heading + rows().flatMap(\.drawLine))
                try Self.rename(fresh, to: self.path(of: self.node, state.term))
            } catch {
                try? file.close()
                throw error
            }
            try? state.file?.close()
            // As long again before the next time, however much is under way.
            state = State(term: state.term, file: file)
        }
    }

    /// What a node has not told the store when it died, a line for each attempt; nil when nobody can tell.
    ///
    /// - Throws: `Errno`.
    func draws(of node: LapsedNode) throws -> [LedgerRow]? {
        let path = self.path(of: node.node, node.term)
        guard !Self.boot.isEmpty, FileManager.default.fileExists(atPath: path.string) else { return nil }
        let file = try FileDescriptor.open(path, .readOnly)
        let bytes = try file.closeAfter { try Self.readAll(file) }
        var lines = bytes.split(separator: Self.newline)[...]
        guard let heading = lines.popFirst(), Array(heading) + [Self.newline] == Self.heading else { return nil }
        var rows: [Int64: LedgerRow] = [:]
        // The last line may be half a line: its attempt had not begun.
        for line in lines.compactMap({ try? JSON.parse(Array($0)) }) {
            if let cancelled = line["cancelled"]?.intValue {
                rows[Int64(cancelled)] = nil
            } else if let row = LedgerRow(json: line) {
                rows[row.serial] = row
            }
        }
        return rows.values.sorted { $0.serial < $1.serial }
    }

    /// Forgets a node that was reckoned up.
    func remove(_ node: LapsedNode) {
        self.remove(self.path(of: node.node, node.term))
        self.remove(self.folder.appending("\(node.node).new"))
    }

    private func remove(_ path: FilePath) {
        do {
            try FileManager.default.removeItem(atPath: path.string)
        } catch {
            // It isn't there, or another node was faster. What is left over tells of a term that nobody asks about any more.
        }
    }

    private func drop(_ state: inout State) {
        try? state.file?.close()
        if state.term != 0 { self.remove(self.path(of: self.node, state.term)) }
        state = State()
    }

    private func write(_ bytes: [UInt8]) throws {
        try self.state.withLock { state in
            if state.term != 0 { try self.write(bytes, &state) }
        }
    }

    private func write(_ bytes: [UInt8], _ state: inout State) throws {
        if state.file == nil {
            // Somebody may have removed it.
            try self.makeFolder()
            state.file = try Self.open(self.path(of: self.node, state.term))
            try self.write(Self.heading, &state)
        }
        guard let file = state.file else { return }
        // Behind half a line that a full disk left.
        if state.isTorn { _ = try file.writeAll([Self.newline]) }
        state.isTorn = true
        _ = try file.writeAll(bytes)
        state.isTorn = false
        state.size += bytes.count
    }

    private static let newline = UInt8(ascii: "\n")

    /// The kernel's name for the time since the machine was started; empty where there is none, and nothing that was noted
    /// can be believed.
    private static let boot: String = {
        let boot = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        return boot?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
    }()

    private static let heading = JSON.object(["draws": 1, "boot": .string(DrawLog.boot)]).bytes() + [DrawLog.newline]

    private func path(of node: NodeID, _ term: Int64) -> FilePath { self.folder.appending("\(node).\(term).draws") }

    private static func open(_ path: FilePath) throws -> FileDescriptor {
        try FileDescriptor.open(
            path, .writeOnly, options: [.create, .truncate, .append], permissions: [.ownerReadWrite])
    }

    private static func rename(_ path: FilePath, to new: FilePath) throws {
        guard Foundation.rename(path.string, new.string) == 0 else { throw Errno(rawValue: errno) }
    }

    private static func readAll(_ file: FileDescriptor) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let chunk = try [UInt8](unsafeUninitializedCapacity: 64 << 10) { buffer, count in
                count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            if chunk.isEmpty { return bytes }
            bytes += chunk
        }
    }
}
