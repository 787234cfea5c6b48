import Hummingbird
import NIOCore

/// What belongs to one request on its way.
struct ServerContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection that the request came over.
    let channel: any Channel
    /// Zero where it isn't needed, as nearly always: the system's random numbers are slow.
    private let fallbackID: UInt64

    /// The request's name, as it stands in the log; Hummingbird's own way to it traps with a logger that keeps nothing.
    var requestID: String {
        self.logger[metadataKey: "hb.request.id"].map { "\($0)" } ?? String(self.fallbackID, radix: 16)
    }

    init(source: ApplicationRequestContextSource) {
        self.coreContext = .init(source: source)
        self.channel = source.channel
        self.fallbackID = source.logger[metadataKey: "hb.request.id"] == nil ? .random(in: 1...UInt64.max) : 0
    }
}
