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
        // Eight of the 62 take 48 bits, so that three draws are enough: the system's own generator is slow.
        let alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8.map { $0 }
        var token: [UInt8] = []
        token.reserveCapacity(24)
        for _ in 0..<3 {
            var bits = random.next()
            for _ in 0..<8 {
                let (rest, digit) = bits.quotientAndRemainder(dividingBy: 62)
                token.append(alphabet[Int(digit)])
                bits = rest
            }
        }
        self.token = String(decoding: token, as: UTF8.self)
        self.created = created
    }

    /// Whole seconds since 1970.
    var seconds: Int64 { self.created.milliseconds / 1_000 }
}
