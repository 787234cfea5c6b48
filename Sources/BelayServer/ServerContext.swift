import Hummingbird
import Logging
import NIOCore

/// What belongs to one request on its way.
struct ServerContext: RequestContext {
    typealias Source = ConnectionSource

    var coreContext: CoreRequestContextStorage
    /// Whose key the request has; `missing` until ``ClientMiddleware`` has looked.
    var client = KeyRing.Answer.missing
    /// The connection that the request came over.
    let connection: ServedConnection
    /// Zero where it isn't needed, as nearly always: the system's random numbers are slow.
    private let fallbackID: UInt64

    /// The request's name, as it stands in the log; Hummingbird's own way to it traps with a logger that keeps nothing.
    var requestID: String {
        self.logger[metadataKey: "hb.request.id"].map { "\($0)" } ?? String(self.fallbackID, radix: 16)
    }

    init(source: ConnectionSource) {
        self.coreContext = .init(source: source)
        self.connection = source.connection
        self.fallbackID = source.logger[metadataKey: "hb.request.id"] == nil ? .random(in: 1...UInt64.max) : 0
    }
}

/// A request's connection and log, for those who answer it.
struct ConnectionSource: RequestContextSource {
    let connection: ServedConnection
    let logger: Logger
}
