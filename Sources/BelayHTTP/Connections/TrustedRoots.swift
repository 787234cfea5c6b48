import NIOSSL
import Synchronization

/// Whom secure connections trust. Reading the system's roots takes a while, so it is done when the first one is made, and
/// not by whoever asks.
final class TrustedRoots: Sendable {
    private let certificates: String?
    private let context = Mutex<Task<NIOSSLContext, any Error>?>(nil)

    /// - Parameter certificates: In PEM; nil for the system's.
    init(_ certificates: String?) { self.certificates = certificates }

    /// - Throws: `HTTPTransportError` of kind `tls`.
    func context() async throws -> NIOSSLContext {
        let task = self.context.withLock { context in
            if let context { return context }
            // Detached, as everybody waits for it: the first to ask must not take it along when it is cancelled.
            let task = Task.detached { [certificates] in try Self.make(trusting: certificates) }
            context = task
            return task
        }
        do { return try await task.value } catch {
            throw HTTPTransportError(.tls, "the trusted certificates can't be read")
        }
    }

    private static func make(trusting certificates: String?) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.applicationProtocols = ["http/1.1"]
        if let certificates {
            configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(Array(certificates.utf8)))
        }
        return try NIOSSLContext(configuration: configuration)
    }
}
