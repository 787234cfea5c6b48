import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// The errors of the client underneath as ours.
enum TransportFailure {
    /// - Parameter isConnecting: Whether nothing of a response has come yet.
    /// - Returns: `HTTPTransportError` or `CancellationError`.
    static func mapped(_ error: any Error, isConnecting: Bool) -> any Error {
        if Task.isCancelled || error is CancellationError { return CancellationError() }
        return switch error {
        case let error as HTTPTransportError: error
        case let error as HTTPClientError: Self.mapped(error)
        case HTTPParserError.invalidEOFState: HTTPTransportError(.closed, "the connection ended in the middle")
        case is HTTPParserError: HTTPTransportError(.malformed, "what came is not HTTP/1.1")
        case let error as IOError: Self.mapped(error)
        case is ChannelError: HTTPTransportError(.closed, "the connection was closed")
        default: Self.mapped(unknown: error)
        }
    }

    private static func mapped(_ error: HTTPClientError) -> HTTPTransportError {
        // Only the short description: the long one repeats header values, of which one is a key.
        let message = error.shortDescription
        return switch error {
        case .connectTimeout, .getConnectionFromPoolTimeout: HTTPTransportError(.connectTimeout, message)
        case .tlsHandshakeTimeout: HTTPTransportError(.connectTimeout, message)
        case .remoteConnectionClosed, .uncleanShutdown: HTTPTransportError(.closed, message)
        case .cancelled, .alreadyShutdown: HTTPTransportError(.shutDown, message)
        case .invalidURL, .emptyHost, .emptyScheme, .missingSocketPath, .bodyLengthMismatch:
            HTTPTransportError(.invalidRequest, message)
        case _ where message.hasPrefix("Invalid header") || message.hasPrefix("Unsupported scheme"):
            HTTPTransportError(.invalidRequest, message)
        default: HTTPTransportError(.other, message)
        }
    }

    private static func mapped(_ error: IOError) -> HTTPTransportError {
        switch error.errnoCode {
        case ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EADDRNOTAVAIL, EMFILE, ENFILE:
            HTTPTransportError(.connectFailed, error.description)
        case ETIMEDOUT: HTTPTransportError(.connectTimeout, error.description)
        default: HTTPTransportError(.closed, error.description)
        }
    }

    /// Errors of modules that this target doesn't depend on, told apart by where their types come from.
    private static func mapped(unknown error: any Error) -> HTTPTransportError {
        let type = String(reflecting: Swift.type(of: error))
        if type == "NIOPosix.NIOConnectionError" {
            return HTTPTransportError(.connectFailed, "no connection to the host could be made")
        }
        if type.hasPrefix("NIOSSL.") {
            let isEnd = "\(error)".contains("uncleanShutdown")
            return HTTPTransportError(isEnd ? .closed : .tls, "\(error)")
        }
        if type.hasPrefix("NIOHTTPCompression.") { return HTTPTransportError(.malformed, "\(error)") }
        return HTTPTransportError(.other, type)
    }
}
