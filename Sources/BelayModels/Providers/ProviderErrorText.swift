import BelayCore

/// A provider's error message as it may be kept: short, on one line, and without keys.
struct ProviderErrorText: Sendable {
    private static let limit = 300

    /// What must not appear, whatever it looks like.
    let secrets: [Secret]

    init(key: Secret?, headers: [String: Secret]) {
        // A short header value is no secret, and masking it would blank out ordinary words.
        self.secrets = ([key].compactMap { $0 } + headers.values).filter { $0.reveal().count >= 8 }
    }

    func cleaned(_ text: String) -> String {
        var text = text
        for secret in self.secrets { text = text.replacing(secret.reveal(), with: "***") }
        // Vendors repeat a wrong key with only its middle masked.
        text = text.replacing(#/\b(sk|key|pk)-[A-Za-z0-9_*.\-]{6,}/#, with: "***")
        text = text.replacing(#/[\s\p{Cc}]+/#, with: " ")
        return text.count > Self.limit ? text.prefix(Self.limit) + "…" : text
    }
}
