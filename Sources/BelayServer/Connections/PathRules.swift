import BelayIngress
import HTTPTypes

/// What a connection has to know of the paths that requests go to, before anybody handles them.
struct PathRules: Sendable {
    let endpoints: [Endpoint]
    /// Bytes of a body.
    let bodyLimit: Int
    /// Bytes of a body in a vendor's protocol.
    let modelBodyLimit: Int

    /// The limit that a request breaks by the length that it declares; nil for one that breaks none.
    func limitBroken(by head: HTTPRequest) -> Int? {
        guard let length = head.headerFields[.contentLength].map({ Int($0) ?? .max }) else { return nil }
        // Nearly every request is within both, and need not be looked up.
        guard length > min(self.bodyLimit, self.modelBodyLimit) else { return nil }
        let limit = self.wire(of: head) == nil ? self.bodyLimit : self.modelBodyLimit
        return length > limit ? limit : nil
    }

    /// The protocol whose form errors have; nil for problem details.
    func wire(of head: HTTPRequest) -> IngressProtocol? {
        let path = String((head.path ?? "").prefix { $0 != "?" })
        return self.endpoints.wire(ofPath: path, head.headerFields)
    }
}
