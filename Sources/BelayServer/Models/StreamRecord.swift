import BelayResilience
import HTTPTypes

/// What a client gets of a streamed answer, so that it can be sent again to who comes with the same key.
///
/// Its key is held as long as this lives, and free afterwards, unless the answer came to a good end and is kept.
final class StreamRecord: Sendable {
    /// In bytes. An answer that takes more isn't kept.
    static let most = 8 << 20

    /// Nil when there were too many.
    private let bytes = Locked<[UInt8]?>([])
    private let end: @Sendable (WholeAnswer?) -> Void

    /// - Parameter end: Gets the answer, and then nil, which frees the key if there was none.
    init(end: @escaping @Sendable (WholeAnswer?) -> Void) { self.end = end }

    deinit { self.end(nil) }

    func append(_ more: [UInt8]) {
        self.bytes.withLock { bytes in
            guard let count = bytes?.count else { return }
            if count + more.count > Self.most { bytes = nil } else { bytes? += more }
        }
    }

    /// The answer came to a good end.
    ///
    /// - Parameter headers: Those that its client got.
    func keep(_ headers: HTTPFields) {
        guard let bytes = self.bytes.withLock({ $0 }) else { return }
        self.end(WholeAnswer(headers: headers, body: bytes, isStream: true))
    }
}
