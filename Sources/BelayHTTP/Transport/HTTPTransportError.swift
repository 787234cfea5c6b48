/// Why there is no response, or no complete one.
public struct HTTPTransportError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// Not an absolute `http` or `https` URL, or headers that HTTP can't carry: nothing was sent.
        case invalidRequest
        /// The name can't be resolved, or the connection was refused: nothing was sent.
        case connectFailed
        /// No connection within the time for one: nothing was sent.
        case connectTimeout
        /// The certificate isn't trusted, or no secure connection came about: nothing was sent.
        case tls
        /// The connection ended before the end of the response, by the other side, on the way or by a shutdown; perhaps
        /// before anything was sent, perhaps after.
        case closed
        /// What came is not HTTP, or can't be decompressed.
        case malformed
        /// The response is larger than the request allows.
        case tooLarge
        /// The transport was shut down before: nothing was sent.
        case shutDown
        /// None of the others.
        case other
    }

    public var kind: Kind
    /// For people; holds no header and no body.
    public var message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// Whether the server certainly saw nothing of the request.
    public var nothingWasSent: Bool {
        switch self.kind {
        case .invalidRequest, .connectFailed, .connectTimeout, .tls, .shutDown: true
        case .closed, .malformed, .tooLarge, .other: false
        }
    }

    public var description: String { "\(self.kind.rawValue): \(self.message)" }
}
