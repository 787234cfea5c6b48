import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Testing

@testable import BelayHTTP

/// TLS against a server on this machine, whose certificate nobody but these tests trusts.
@Suite(.timeLimit(.minutes(5)))
struct SecureConnectionTests {
    /// For `localhost` and 127.0.0.1, from 2020 to 2120; its key is worth nothing anywhere else.
    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBSzCB8qADAgECAgEBMAoGCCqGSM49BAMCMBYxFDASBgNVBAMMC0JlbGF5IHRl
        c3RzMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAWMRQwEgYDVQQD
        DAtCZWxheSB0ZXN0czBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABLSE9oHc0pXZ
        6/2/T2CA01Inh2FvZ+7t+L4zEjGmvzucqz6oAzIdl+EWTcEY0tz0QRjHSC4P/enw
        y1ei0xeNbrSjLzAtMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAPBgNVHRMB
        Af8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIHx9NQb22wBjxDh2CHV4e0yBiRCo
        K7kRTzqcukDwUG1pAiEA3EvcNBfki3k72O+vTiC/KzOrxeMe3d9nj6c27XJot9E=
        -----END CERTIFICATE-----
        """
    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgroQKjaC1aHm3YNlg
        oHqFcxRKEhrKu1jhrBX0ssXTun2hRANCAAS0hPaB3NKV2ev9v09ggNNSJ4dhb2fu
        7fi+MxIxpr87nKs+qAMyHZfhFk3BGNLc9EEYx0guD/3p8MtXotMXjW60
        -----END PRIVATE KEY-----
        """

    /// Answers whatever comes in with the same response.
    private final class Answering: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let answer = ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
            context.writeAndFlush(self.wrapOutboundOut(answer), promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    private func withServer(_ body: (Int) async throws -> Void) async throws {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(Self.certificate.utf8)).map {
            NIOSSLCertificateSource.certificate($0)
        }
        let key = try NIOSSLPrivateKey(bytes: Array(Self.key.utf8), format: .pem)
        let context = try NIOSSLContext(
            configuration: .makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key)))
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
                    try channel.pipeline.syncOperations.addHandler(Answering())
                }
            }.bind(host: "127.0.0.1", port: 0).get()
        do { try await body(try #require(channel.localAddress?.port)) } catch {
            try? await channel.close()
            throw error
        }
        try await channel.close()
    }

    private func kind(_ url: String, trusting certificates: String?) async -> HTTPTransportError.Kind? {
        let transport = DirectHTTPTransport(settings: .init(), trusting: certificates)
        do {
            _ = try await transport.send(HTTPRequest(url: url)).body.collect()
            return nil
        } catch {
            return (error as? HTTPTransportError)?.kind
        }
    }

    @Test(arguments: ["localhost", "127.0.0.1"]) func whoIsTrustedAndNamedRightIsSpokenTo(host: String) async throws {
        try await self.withServer { port in
            let transport = DirectHTTPTransport(settings: .init(), trusting: Self.certificate)
            for _ in 0..<3 {
                let request = HTTPRequest(method: "POST", url: "https://\(host):\(port)/", body: [1])
                #expect(try await transport.send(request).body.collect() == Array("hello".utf8))
            }
            try await transport.shutdown()
        }
    }

    @Test func whoIsNotTrustedIsNot() async throws {
        try await self.withServer { port in
            #expect(await self.kind("https://localhost:\(port)/", trusting: nil) == .tls)
        }
    }

    @Test func aCertificateOfAnotherNameIsNotEnough() async throws {
        try await self.withServer { port in
            #expect(await self.kind("https://localhost.localdomain.invalid:\(port)/", trusting: nil) == .connectFailed)
            // The same machine by an address that the certificate doesn't have.
            let kind = await self.kind("https://127.0.0.2:\(port)/", trusting: Self.certificate)
            #expect(kind == .tls || kind == .connectFailed)
        }
    }

    @Test func aServerWithoutTLSIsAFailureOfTheHandshake() async throws {
        let server = try ScriptedServer([[.push("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"), .stay]])
        #expect(await self.kind("https://127.0.0.1:\(server.port)/", trusting: nil) == .tls)
        withExtendedLifetime(server) {}
    }

    @Test func aServerThatIsSilentDuringTheHandshakeIsGivenUpInTime() async throws {
        let server = try CannedServer(sends: "", staysOpen: true)
        let transport = DirectHTTPTransport()
        let request = HTTPRequest(url: "https://127.0.0.1:\(server.port)/", connectTimeout: .milliseconds(100))
        do {
            _ = try await transport.send(request)
            Issue.record("was sent")
        } catch let error as HTTPTransportError {
            #expect(error.kind == .connectTimeout)
        }
        try await transport.shutdown()
    }
}
