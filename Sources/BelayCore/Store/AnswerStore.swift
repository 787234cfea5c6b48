/// Answers of models that the nodes of a deployment share: a cache, which may forget anything at any time.
public protocol AnswerStore: Sendable {
    /// - Returns: Nil when nothing is kept under that key, or its time is over.
    /// - Throws: `StoreError`; a retry is safe.
    func keptAnswer(for key: String) async throws -> KeptAnswer?

    /// Keeps an answer in place of an earlier one with the same key. When there are more than the store's bound, the oldest
    /// are forgotten.
    ///
    /// - Parameters:
    ///   - key: 1 to 128 bytes. It has to cover everything that decides who may read the answer, the tenant among it.
    ///   - expiry: From then on it isn't returned.
    /// - Throws: `StoreError`; a retry is safe.
    func keep(_ answer: KeptAnswer, for key: String, until expiry: Timestamp) async throws
}

/// An answer as it is shared. It holds no tool call.
public struct KeptAnswer: Sendable, Hashable, Codable {
    public var answer: ModelAnswer
    public var path: ModelPath
    /// When it was made.
    public var made: Timestamp

    public init(answer: ModelAnswer, path: ModelPath, made: Timestamp) {
        self.answer = answer
        self.path = path
        self.made = made
    }
}
