/// Where reasoning comes from, once it has been with a client.
///
/// A client gets reasoning as text with a signature, and sends both back with its next request. When the provider that
/// wrote it speaks another protocol than the client, or when the next request takes another path, the signature alone
/// doesn't say whose it is. So one that is written anew for a client carries its origin in front. One that a provider of
/// the client's own protocol wrote goes out as it is, and comes back without a mark.
extension Reasoning {
    private static let mark = "belay:"

    /// The origin of reasoning that a client of this protocol sends back without a mark: every provider of the same
    /// protocol may have written it. No provider's name has a `/`.
    package static func origin(ofClientsIn wire: OriginalBody.Wire) -> String { "client/\(wire.rawValue)" }

    /// A signature as a client gets it.
    package static func marked(_ signature: String, origin: String) -> String {
        // What has no name of a provider would come back as somebody else's.
        guard !origin.isEmpty, !origin.contains("/") else { return signature }
        // Opaque data goes out without the prefix that it has here.
        if self.isRedacted(signature) {
            let data = self.marked(self.redactedData(in: signature), origin: origin)
            return self.signature(ofRedacted: data)
        }
        return "\(self.mark)\(origin)/\(signature)"
    }

    /// Reads what ``marked(_:origin:)`` wrote.
    ///
    /// - Returns: Nil for a signature without a mark.
    package static func unmarked(_ signature: String) -> (signature: String, origin: String)? {
        if self.isRedacted(signature) {
            return self.unmarked(self.redactedData(in: signature)).map { (self.signature(ofRedacted: $0), $1) }
        }
        guard signature.hasPrefix(self.mark) else { return nil }
        let rest = signature.dropFirst(self.mark.count)
        guard let slash = rest.firstIndex(of: "/"), slash != rest.startIndex else { return nil }
        return (String(rest[rest.index(after: slash)...]), String(rest[..<slash]))
    }
}
