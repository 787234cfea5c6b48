/// Any clock, seen as one that tells ``Moment``s.
///
/// Machines and drivers that exchange moments must share one timekeeper: make it once from the injected clock and pass
/// it on wherever an `any Clock<Duration>` is asked for. A timekeeper made from a timekeeper keeps the same origin.
public struct Timekeeper: Clock, Sendable {
    public typealias Instant = Moment

    private let read: @Sendable () -> Moment
    private let pause: @Sendable (Moment, Duration?) async throws -> Void
    private let wind: @Sendable (Moment, @escaping @Sendable () -> Void) -> Alarm
    public let minimumResolution: Duration

    /// Sleeps from here on are those of deadlines, which hardly ever come, and may be longer by a step of the timer.
    private static let longSleep = Duration.seconds(1)
    private static let timer = SharedTimer(ContinuousClock(), step: .milliseconds(16))

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
        if let continuous = clock as? ContinuousClock, let origin = origin as? ContinuousClock.Instant {
            self.pause = { deadline, tolerance in
                let instant = origin.advanced(by: deadline.offset)
                if continuous.now.duration(to: instant) >= Self.longSleep {
                    try await Self.timer.sleep(until: instant)
                } else {
                    try await continuous.sleep(until: instant, tolerance: tolerance)
                }
            }
            self.wind = { moment, ring in
                let ticket = Self.timer.call(at: origin.advanced(by: moment.offset), ring)
                return Alarm(cancel: { Self.timer.cancel(ticket) }, ended: {})
            }
        } else {
            self.pause = { try await clock.sleep(until: origin.advanced(by: $0.offset), tolerance: $1) }
            self.wind = { moment, ring in
                let task = Task {
                    do { try await clock.sleep(until: origin.advanced(by: moment.offset), tolerance: nil) } catch {
                        return
                    }
                    ring()
                }
                return Alarm(cancel: { task.cancel() }, ended: { await task.value })
            }
        }
        self.minimumResolution = clock.minimumResolution
    }

    public var now: Moment { self.read() }

    public func sleep(until deadline: Moment, tolerance: Duration? = nil) async throws {
        try await self.pause(deadline, tolerance)
    }

    /// Something that is called unless it is cancelled before.
    struct Alarm: Sendable {
        let cancel: @Sendable () -> Void
        /// Returns when nothing of it is left on the clock, once it was cancelled or has called.
        let ended: @Sendable () async -> Void
    }

    /// Calls `ring` once when `moment` has come, or a little later.
    func alarm(at moment: Moment, _ ring: @escaping @Sendable () -> Void) -> Alarm { self.wind(moment, ring) }
}
