import AsyncHTTPClient
import Foundation
import NIOCore
import Testing

@testable import BelayHTTP

/// What may be repeated because nothing was sent, and what may not.
struct TransportFailureTests {
    private func mapped(_ error: any Error, hasResponse: Bool = false) throws -> HTTPTransportError {
        try #require(TransportFailure.mapped(error, hasResponse: hasResponse) as? HTTPTransportError)
    }

    @Test(arguments: [ETIMEDOUT, EHOSTUNREACH, ENETUNREACH, ECONNRESET, EPIPE])
    func whatEndsAnEstablishedConnectionDoesNotSayThatNothingWasSent(code: CInt) throws {
        let error = try self.mapped(IOError(errnoCode: code, reason: "read(descriptor:pointer:size:)"))
        #expect(error.kind == .closed)
        #expect(!error.nothingWasSent)
    }

    @Test(arguments: [ECONNREFUSED, EADDRNOTAVAIL, EMFILE, ENFILE])
    func whatOnlyConnectingFailsWithSaysIt(code: CInt) throws {
        let error = try self.mapped(IOError(errnoCode: code, reason: "connect(descriptor:addr:size:)"))
        #expect(error.kind == .connectFailed)
        #expect(error.nothingWasSent)
    }

    @Test func aRefusedConnectionIsNamedInPlainWords() throws {
        let error = try self.mapped(IOError(errnoCode: ECONNREFUSED, reason: "connection reset (error set)"))
        #expect(error.description == "connectFailed: Connection refused")
    }

    @Test func whoCouldNotBeReachedIsNamedWithoutSecrets() throws {
        let error = HTTPTransportError(.connectFailed, "Connection refused")
        let named = TransportFailure.naming("http://ada:secret@a.example:8090/v1/key?token=secret", in: error)
        #expect((named as? HTTPTransportError)?.message == "Connection refused (http://a.example:8090)")
        let whole = HTTPTransportError(.tooLarge, "too large")
        #expect(TransportFailure.naming("http://a.example", in: whole) as? HTTPTransportError == whole)
    }

    @Test func aServerThatSpeaksNoTLSIsNamed() {
        let text = "handshakeFailed(NIOSSL.BoringSSLError.sslError([Error: 268435703 error:100000f7:SSL routines:"
        let noTLS = TransportFailure.mapped(
            type: "NIOSSL.NIOSSLError",
            text: text + "OPENSSL_internal:WRONG_VERSION_NUMBER at /builder/checkouts/ssl/tls_record.cc:127]))")
        #expect(noTLS.message == "the server doesn't speak TLS; is http:// meant?")
        let untrusted = TransportFailure.mapped(
            type: "NIOSSL.NIOSSLError",
            text: text + "OPENSSL_internal:CERTIFICATE_VERIFY_FAILED at /builder/checkouts/ssl/handshake.cc:298]))")
        #expect(untrusted.message == "the TLS handshake failed: certificate verify failed")
        #expect(untrusted.kind == .tls)
    }

    @Test(arguments: [
        HTTPClientError.cancelled, .remoteConnectionClosed, .uncleanShutdown, .bodyLengthMismatch,
        .readTimeout, .writeTimeout, .deadlineExceeded,
    ])
    func requestsOnTheirWayMayHaveBeenSent(error: HTTPClientError) throws {
        #expect(try !self.mapped(error).nothingWasSent)
    }

    @Test(arguments: [
        HTTPClientError.connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout, .alreadyShutdown,
        .emptyHost,
    ])
    func requestsWithoutAConnectionWereNot(error: HTTPClientError) throws {
        #expect(try self.mapped(error).nothingWasSent)
    }

    @Test func onceThereIsAResponseTheRequestWasSent() throws {
        for error in [IOError(errnoCode: ECONNREFUSED, reason: ""), HTTPClientError.connectTimeout] as [any Error] {
            #expect(try self.mapped(error, hasResponse: true).kind == .closed)
        }
    }

    @Test(arguments: [
        ("NIOSSLError", "handshakeFailed(NIOSSL.BoringSSLError.sslError([]))", HTTPTransportError.Kind.tls),
        ("NIOSSLError", "unableToValidateCertificate", .tls),
        ("NIOSSLExtraError", "NIOSSLExtraError.failedToValidateHostname: Couldn't find a.example", .tls),
        ("NIOSSLError", "uncleanShutdown", .closed), ("NIOSSLError", "readInInvalidTLSState", .closed),
        ("NIOSSLExtraError", "NIOSSLExtraError.noForwardProgress", .closed),
        ("BoringSSLError", "sslError([Error: 268435703 alert])", .closed),
    ])
    func onlyTheHandshakeOfTLSComesBeforeTheRequest(type: String, text: String, expected: HTTPTransportError.Kind) {
        #expect(TransportFailure.mapped(type: "NIOSSL.\(type)", text: text).kind == expected)
    }
}
