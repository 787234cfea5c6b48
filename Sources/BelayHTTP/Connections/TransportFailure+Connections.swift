import Foundation
import NIOCore
import NIOPosix

extension TransportFailure {
    /// Why there is no connection: nothing was sent, whatever it is.
    static func connecting(_ error: any Error) -> HTTPTransportError {
        switch error {
        case ChannelError.connectTimeout: HTTPTransportError(.connectTimeout, "no connection in time")
        case let error as NIOConnectionError: Self.connecting(error)
        case let error as IOError: HTTPTransportError(.connectFailed, Self.words(of: error))
        case let error as HTTPTransportError where error.kind == .closed:
            HTTPTransportError(.tls, "the connection was closed during the TLS handshake")
        case let error as HTTPTransportError: error
        default:
            HTTPTransportError(
                String(reflecting: type(of: error)).hasPrefix("NIOSSL.") ? .tls : .connectFailed,
                Self.mapped(type: String(reflecting: type(of: error)), text: "\(error)").message)
        }
    }

    /// Why an established connection brought no response, or not all of it.
    ///
    /// - Returns: `HTTPTransportError` or `CancellationError`.
    static func carrying(_ error: any Error) -> any Error { Self.mapped(error, hasResponse: true) }

    /// Several addresses may have been tried, each with a failure of its own.
    private static func connecting(_ error: NIOConnectionError) -> HTTPTransportError {
        let failures = error.connectionErrors.map(\.error)
        if let refused = failures.first(where: { $0 is IOError }) { return Self.connecting(refused) }
        if let first = failures.first { return Self.connecting(first) }
        return HTTPTransportError(.connectFailed, "the host's name can't be resolved")
    }

    private static func words(of error: IOError) -> String {
        strerror(error.errnoCode).map { String(cString: $0) } ?? "error \(error.errnoCode)"
    }
}
