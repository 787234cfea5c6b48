/// The one door to other HTTP servers.
///
/// A transport sends exactly what it is given, once: it follows no redirect (a key would go to another host), retries
/// nothing, and keeps no cookies.
public protocol HTTPTransport: Sendable {
    /// Sends a request and returns as soon as the response's headers are there.
    ///
    /// - Throws: `HTTPTransportError`; whether the server acted on the request is unknown unless no connection was made.
    ///   `CancellationError` when the task was cancelled, which closes the connection.
    func send(_ request: HTTPRequest) async throws -> HTTPResponse
}
