import BelayCore

/// What an answer has of its own, besides what the model said: its name and its time.
package struct AnswerStamp: Sendable, Hashable {
    /// Unique; letters and digits. Each protocol puts its own prefix before it.
    package var token: String
    package var created: Timestamp

    package init(token: String, created: Timestamp) {
        self.token = token
        self.created = created
    }

    /// - Parameter created: The time of the server's clock.
    package init(using random: inout some RandomNumberGenerator, created: Timestamp) {
        let alphabet = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        self.token = String((0..<24).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &random)] })
        self.created = created
    }

    /// Whole seconds since 1970.
    var seconds: Int64 { self.created.milliseconds / 1_000 }
}
