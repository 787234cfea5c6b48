import BelayResilience
import Foundation

/// What comes on standard input, with a bound on what is kept of it.
final class StandardInput: Sendable {
    private static let chunk = 16 << 10

    /// What was read and not yet given out: less than a line and a chunk.
    private let rest = Locked<[UInt8]>([])

    /// All of it.
    ///
    /// - Throws: `Failure` 65 when it has more than `limit` bytes or is not UTF-8, 69 when it can't be read.
    func text(limit: Int) throws -> String {
        var bytes: [UInt8] = []
        while let more = try Self.read() {
            bytes += more
            if bytes.count > limit { throw Self.tooLong(limit) }
        }
        return try Self.decoded(bytes)
    }

    /// The next line without its end; nil when there is none. For one reader at a time.
    ///
    /// - Throws: `Failure` as `text` does, and `CancellationError`; what came of the line is lost then.
    func line(limit: Int) async throws -> String? {
        let (lines, report) = AsyncThrowingStream<String?, any Error>.makeStream(bufferingPolicy: .bufferingOldest(1))
        // A person takes a while to write, and the few threads of the cooperative pool have leases to renew. The read
        // itself can't be interrupted; only the wait for it is.
        DispatchQueue.global().async {
            report.yield(with: Result { try self.next(limit: limit) })
            report.finish()
        }
        for try await line in lines { return line }
        throw CancellationError()
    }

    private func next(limit: Int) throws -> String? {
        try self.rest.withLock { rest in
            var searched = 0
            while true {
                if let end = rest[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                    let line = Array(rest[..<end])
                    rest.removeFirst(end + 1)
                    return try Self.decoded(line)
                }
                if rest.count > limit { throw Self.tooLong(limit) }
                searched = rest.count
                guard let more = try Self.read() else {
                    defer { rest = [] }
                    return rest.isEmpty ? nil : try Self.decoded(rest)
                }
                rest += more
            }
        }
    }

    /// - Returns: Nil at the end.
    private static func read() throws -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: Self.chunk)
        while true {
            let count = Foundation.read(STDIN_FILENO, &buffer, buffer.count)
            if count > 0 { return Array(buffer[..<count]) }
            if count == 0 { return nil }
            if errno != EINTR {
                throw Failure.unavailable("can't read standard input: \(String(cString: strerror(errno)))")
            }
        }
    }

    private static func decoded(_ bytes: [UInt8]) throws -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure.wrongData("standard input is not UTF-8; convert it first")
        }
        return text
    }

    private static func tooLong(_ limit: Int) -> Failure {
        .wrongData("standard input has more than the \(limit) bytes that a task may have")
    }
}
