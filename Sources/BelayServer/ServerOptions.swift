import BelayCore
import BelayJSON
import BelayResilience

/// How the server listens and whom it lets in.
public struct ServerOptions: Sendable {
    public var host: String
    /// 0 takes any free port.
    public var port: Int
    /// API keys, each with a name of its own; empty lets everybody in, which is meant for a loopback address.
    public var keys: [APIKey]
    /// Bytes of a request's body. Default 1 MiB.
    public var maxBodyBytes: Int
    /// Levels of nesting of a request's JSON. Default 64.
    public var maxDepth: Int
    /// How long a stream may be silent before its client gets a comment or a ping. Longer than zero; default 15 s.
    public var keepAlive: Duration
    /// How long open streams and waiting requests may go on when the server is asked to stop. Default 5 s.
    public var grace: Duration
    public var connections: ConnectionLimits
    /// What limits who may ask how often; nil for nothing.
    public var rates: RateGate?
    /// Counters of the gateway, for `/v1/statistics`: an object. Those of the tools come from the runtime, as `tools`.
    public var statistics: @Sendable () -> JSON

    public init(
        host: String = "127.0.0.1", port: Int = 8711, keys: [APIKey] = [], maxBodyBytes: Int = 1 << 20,
        maxDepth: Int = 64, keepAlive: Duration = .seconds(15), grace: Duration = .seconds(5),
        connections: ConnectionLimits = ConnectionLimits(), rates: RateGate? = nil,
        statistics: @escaping @Sendable () -> JSON = { [:] }
    ) {
        self.host = host
        self.port = port
        self.keys = keys
        self.maxBodyBytes = maxBodyBytes
        self.maxDepth = maxDepth
        self.keepAlive = keepAlive
        self.grace = grace
        self.connections = connections
        self.rates = rates
        self.statistics = statistics
    }
}
