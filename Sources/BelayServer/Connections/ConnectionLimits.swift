/// What one client may cost the server before it has said anything useful.
public struct ConnectionLimits: Sendable, Hashable {
    /// Connections at once; further ones wait in the system's queue. 1 to 100,000; default 2,048. Each stream is one.
    public var count: Int
    /// From the first byte of a request to its last. Default 30 s.
    public var request: Duration
    /// Between two requests. Default 75 s.
    public var idle: Duration
    /// How long a client may read nothing of an answer. Default 60 s; a stream can be resumed afterwards.
    public var stall: Duration
    /// Bytes of all headers of a request. Default 16 KiB.
    public var headerBytes: Int
    /// Headers of a request. Default 100.
    public var headerCount: Int

    public init(
        count: Int = 2_048, request: Duration = .seconds(30), idle: Duration = .seconds(75),
        stall: Duration = .seconds(60), headerBytes: Int = 16 * 1_024, headerCount: Int = 100
    ) {
        self.count = count
        self.request = request
        self.idle = idle
        self.stall = stall
        self.headerBytes = headerBytes
        self.headerCount = headerCount
    }
}
