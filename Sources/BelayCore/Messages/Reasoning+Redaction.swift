/// Reasoning that only its provider can read: opaque data, and no text.
///
/// It is kept as a signature with a prefix that no real signature has.
extension Reasoning {
    private static let redactedPrefix = "redacted_thinking:"

    /// The signature that stands for opaque data.
    package static func signature(ofRedacted data: String) -> String { self.redactedPrefix + data }

    package static func isRedacted(_ signature: String) -> Bool { signature.hasPrefix(self.redactedPrefix) }

    /// - Parameter signature: One that stands for opaque data.
    static func redactedData(in signature: String) -> String { String(signature.dropFirst(self.redactedPrefix.count)) }

    /// The opaque data; nil for reasoning that can be read.
    package var redactedData: String? {
        guard let signature = self.signature, Self.isRedacted(signature) else { return nil }
        return Self.redactedData(in: signature)
    }
}
