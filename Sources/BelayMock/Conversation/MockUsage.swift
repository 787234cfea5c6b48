/// Tokens of one call, in buckets that do not overlap; each protocol adds them up in its own way.
struct MockUsage: Sendable, Hashable {
    /// Input that no cache knew.
    var input = 0
    /// Input read from the provider's prompt cache.
    var cached = 0
    /// Output that the caller sees.
    var output = 0
    /// Output that the model kept to itself.
    var reasoning = 0

    var totalInput: Int { self.input + self.cached }
    var totalOutput: Int { self.output + self.reasoning }

    /// An estimate: four bytes of text a token, at least one token for any text.
    static func tokens(of text: String) -> Int { (text.utf8.count + 3) / 4 }
}
