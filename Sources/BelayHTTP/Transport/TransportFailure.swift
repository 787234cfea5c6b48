import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// The errors of the client underneath as ours.
///
/// "Nothing was sent" lets a call be made again that must happen only once, so it is said of errors alone that can't
/// occur on an established connection. Whatever could have come either way is `closed`.
enum TransportFailure {
    /// - Parameter hasResponse: Whether the head of a response has come: then the request was sent, whatever went wrong.
    /// - Returns: `HTTPTransportError` or `CancellationError`.
    static func mapped(_ error: any Error, hasResponse: Bool) -> any Error {
        if Task.isCancelled || error is CancellationError { return CancellationError() }
        let mapped = Self.mapped(error)
        return hasResponse && mapped.nothingWasSent ? HTTPTransportError(.closed, mapped.message) : mapped
    }

    /// Says to whom there was no connection: scheme, host and port of the URL. Its path and query may hold what is
    /// nobody's business, and the part before an `@` a password.
    static func naming(_ url: String, in error: any Error) -> any Error {
        guard var failure = error as? HTTPTransportError, let parts = URLComponents(string: url),
            let scheme = parts.scheme, let host = parts.percentEncodedHost
        else { return error }
        switch failure.kind {
        case .connectFailed, .connectTimeout, .tls, .closed, .other:
            failure.message += " (\(scheme)://\(host)\(parts.port.map { ":\($0)" } ?? ""))"
            return failure
        case .invalidRequest, .malformed, .tooLarge, .shutDown: return failure
        }
    }

    private static func mapped(_ error: any Error) -> HTTPTransportError {
        switch error {
        case let error as HTTPTransportError: error
        case let error as HTTPClientError: Self.mapped(error)
        case HTTPParserError.invalidEOFState: HTTPTransportError(.closed, "the connection ended in the middle")
        case is HTTPParserError: HTTPTransportError(.malformed, "what came is not HTTP/1.1")
        case let error as IOError: Self.mapped(error)
        case is ChannelError: HTTPTransportError(.closed, "the connection was closed")
        default: Self.mapped(type: String(reflecting: Swift.type(of: error)), text: "\(error)")
        }
    }

    private static func mapped(_ error: HTTPClientError) -> HTTPTransportError {
        // Only the short description: the long one repeats header values, of which one is a key.
        let message = error.shortDescription
        return switch error {
        case .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout:
            HTTPTransportError(.connectTimeout, message)
        case .remoteConnectionClosed, .uncleanShutdown: HTTPTransportError(.closed, message)
        // A shutdown ends requests that wait for a connection and requests on their way with this same error.
        case .cancelled: HTTPTransportError(.closed, "the request was ended before its response")
        case .alreadyShutdown: HTTPTransportError(.shutDown, message)
        case .invalidURL, .emptyHost, .emptyScheme, .missingSocketPath: HTTPTransportError(.invalidRequest, message)
        case _ where message.hasPrefix("Invalid header") || message.hasPrefix("Unsupported scheme"):
            HTTPTransportError(.invalidRequest, message)
        default: HTTPTransportError(.other, message)
        }
    }

    /// Connecting to an address, rather than a name, fails with the same type as reading and writing do.
    private static func mapped(_ error: IOError) -> HTTPTransportError {
        // The client's own words name a step of its own, even "reset" for what was never connected.
        let words = strerror(error.errnoCode).map { String(cString: $0) } ?? "error \(error.errnoCode)"
        return switch error.errnoCode {
        // Only `socket` and `connect` fail with these. A route that is gone or a peer that is silent
        // (EHOSTUNREACH, ENETUNREACH, ETIMEDOUT) end established connections too.
        case ECONNREFUSED, EADDRNOTAVAIL, EMFILE, ENFILE: HTTPTransportError(.connectFailed, words)
        default: HTTPTransportError(.closed, words)
        }
    }

    /// Errors of modules that this target doesn't depend on, told apart by where their types come from.
    static func mapped(type: String, text: String) -> HTTPTransportError {
        switch type {
        case "NIOPosix.NIOConnectionError":
            HTTPTransportError(.connectFailed, "no connection to the host could be made")
        case "NIOSSL.NIOSSLError", "NIOSSL.NIOSSLExtraError":
            HTTPTransportError(Self.isOfHandshake(text) ? .tls : .closed, Self.inWords(text))
        case _ where type.hasPrefix("NIOSSL."): HTTPTransportError(.closed, Self.inWords(text))
        case _ where type.hasPrefix("NIOHTTPCompression."): HTTPTransportError(.malformed, text)
        default: HTTPTransportError(.other, type)
        }
    }

    /// The errors that only the setup of a TLS connection has; all others come after it as well.
    private static func isOfHandshake(_ text: String) -> Bool {
        let names = [
            "handshakeFailed", "unableToValidateCertificate", "noCertificateToValidate", "failedToValidateHostname",
            "serverHostnameImpossibleToMatch", "cannotUseIPAddressInSNI", "invalidSNIHostname",
        ]
        return names.contains { text.hasPrefix($0) || text.hasPrefix("NIOSSLExtraError.\($0)") }
    }

    /// The library's text names files of the machine that it was built on.
    private static func inWords(_ text: String) -> String {
        if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
            return "the server doesn't speak TLS; is http:// meant?"
        }
        guard text.hasPrefix("handshakeFailed") || text.contains("OPENSSL_internal:") else { return text }
        let reason = text.components(separatedBy: "OPENSSL_internal:").dropFirst().first?
            .prefix { $0.isLetter || $0 == "_" || $0.isNumber }
            .lowercased().replacing("_", with: " ")
        return "the TLS handshake failed" + (reason.map { ": \($0)" } ?? "")
    }
}
