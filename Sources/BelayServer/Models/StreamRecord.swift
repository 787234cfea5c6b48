import BelayResilience
import HTTPTypes

/// What a client gets of a streamed answer, so that it can be sent again to who comes with the same key.
///
/// Its key is held as long as this lives, and free afterwards, unless the answer came to a good end and is kept.
final class StreamRecord: Sendable {
    /// In bytes. An answer that takes more isn't kept.
    static let most = 8 << 20

    private let key: String
    private let number: Int
    private let answers: KeptAnswers
    /// Nil when there were too many, of this stream or of all that are under way, and when they are kept.
    private let bytes = Locked<[UInt8]?>([])

    /// - Parameter number: Under which the answers know the stream.
    init(of key: String, number: Int, in answers: KeptAnswers) {
        self.key = key
        self.number = number
        self.answers = answers
    }

    deinit { self.end(nil) }

    func append(_ more: [UInt8]) {
        self.bytes.withLock { bytes in
            guard let count = bytes?.count else { return }
            if count + more.count <= Self.most, self.answers.record(more.count) {
                bytes? += more
            } else {
                bytes = nil
                self.answers.drop(count)
            }
        }
    }

    /// The answer came to a good end.
    ///
    /// - Parameter headers: Those that its client got.
    func keep(_ headers: HTTPFields) { self.end(headers) }

    private func end(_ headers: HTTPFields?) {
        let bytes = self.bytes.withLock { bytes in
            defer { bytes = nil }
            return bytes
        }
        var answer: WholeAnswer?
        if let headers, let bytes { answer = WholeAnswer(headers: headers, body: bytes, isStream: true) }
        self.answers.ended(self.key, self.number, answer, recorded: bytes?.count ?? 0)
    }
}
