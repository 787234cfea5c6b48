import Foundation
import Logging

/// How a `MockServer` runs.
public struct MockConfiguration: Sendable {
    /// Where the server stops: each limit answers or closes, none grows.
    public struct Limits: Sendable, Hashable {
        /// Of one request; beyond it 413. Default 8 MiB.
        public var bodyBytes = 8 << 20
        /// All headers of one request; beyond it 431. Default 64 KiB.
        public var headerBytes = 64 << 10
        /// Default 128.
        public var headerCount = 128
        /// Open at the same time; more are closed at once. Default 4096.
        public var connections = 4_096
        /// Requests that `/_mock/requests` remembers. Default 200.
        public var rememberedRequests = 200
        /// How long a shutdown waits for answers on their way. Default 10 s.
        public var shutdownGrace = Duration.seconds(10)

        public init() {}
    }

    /// The address to listen at. Default 127.0.0.1.
    public var host = "127.0.0.1"
    /// 0 for a free port, which `start` returns. Default 0.
    public var port = 0
    public var scenario = MockScenario()
    /// Share of requests, in percent from 0 to 100, that meet a transient fault; nil for what the scenario says.
    public var faultsPercent: Double?
    /// What chance is derived from; nil for what the scenario says, which is 1 by default.
    public var seed: UInt64?
    public var limits = Limits()
    /// What latencies and schedules are measured with.
    public var clock: any Clock<Duration> = ContinuousClock()
    /// Unix time in seconds, for `created` and for a `Retry-After` that is a date.
    public var unixSeconds: @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }
    /// Called with each request to a model, before it is answered, on the task of its connection. Keep it short.
    public var received: @Sendable (ReceivedRequest) -> Void = { _ in }
    /// Called after each change of what `MockServer.statistics()` counts of requests, on the task of a connection. Keep it
    /// short.
    public var counted: @Sendable () -> Void = {}
    public var logger = Logger(label: "belay.mock")

    public init() {}
}
