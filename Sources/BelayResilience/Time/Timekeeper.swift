/// Any clock, seen as one that tells ``Moment``s.
///
/// Machines and drivers that exchange moments must share one timekeeper: make it once from the injected clock and pass
/// it on wherever an `any Clock<Duration>` is asked for. A timekeeper made from a timekeeper keeps the same origin.
public struct Timekeeper: Clock, Sendable {
    public typealias Instant = Moment

    private let read: @Sendable () -> Moment
    private let pause: @Sendable (Moment, Duration?) async throws -> Void
    public let minimumResolution: Duration

    /// - Parameter clock: The clock to read and to sleep on. Its present time becomes the origin.
    public init(_ clock: any Clock<Duration> = ContinuousClock()) {
        if let timekeeper = clock as? Timekeeper {
            self = timekeeper
        } else {
            self.init(opening: clock)
        }
    }

    private init<Base: Clock<Duration>>(opening clock: Base) {
        let origin = clock.now
        self.read = { Moment(origin.duration(to: clock.now)) }
        self.pause = { try await clock.sleep(until: origin.advanced(by: $0.offset), tolerance: $1) }
        self.minimumResolution = clock.minimumResolution
    }

    public var now: Moment { self.read() }

    public func sleep(until deadline: Moment, tolerance: Duration? = nil) async throws {
        try await self.pause(deadline, tolerance)
    }
}
