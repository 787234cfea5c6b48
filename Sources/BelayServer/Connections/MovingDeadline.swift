import NIOCore

/// A deadline that every request moves, and that hardly ever comes.
///
/// The event loop is asked for one call at a time. When that comes before the deadline, it asks for the next; so moving the
/// deadline costs a reading of the clock. For use on the loop only.
final class MovingDeadline {
    private let loop: any EventLoop
    private let expired: () -> Void
    private var deadline: NIODeadline?
    /// What was left when it was paused.
    private var rest: TimeAmount?
    private var alarm: (call: Scheduled<Void>, time: NIODeadline)?

    /// - Parameter expired: Called on the loop when the deadline has come, once each time it was set.
    init(on loop: any EventLoop, expired: @escaping () -> Void) {
        self.loop = loop
        self.expired = expired
    }

    func set(in duration: TimeAmount) {
        self.rest = nil
        let deadline = self.loop.now + duration
        self.deadline = deadline
        if let alarm, alarm.time <= deadline { return }
        self.alarm?.call.cancel()
        self.setAlarm(at: deadline)
    }

    func clear() { (self.deadline, self.rest) = (nil, nil) }

    /// Sets it, unless it comes earlier as it is.
    func bringForward(to duration: TimeAmount) {
        if self.rest.map({ $0 <= duration }) ?? self.deadline.map({ $0 <= self.loop.now + duration }) ?? false {
            return
        }
        self.set(in: duration)
    }

    /// Lets no time pass until `resume`.
    func pause() {
        guard let deadline else { return }
        self.clear()
        self.rest = max(.zero, deadline - self.loop.now)
    }

    func resume() {
        if let rest { self.set(in: rest) }
    }

    /// Leaves nothing behind on the loop.
    func stop() {
        self.clear()
        self.alarm?.call.cancel()
        self.alarm = nil
    }

    private func setAlarm(at time: NIODeadline) {
        let call = self.loop.assumeIsolated().scheduleTask(deadline: time) { self.ring() }
        self.alarm = (call, time)
    }

    private func ring() {
        self.alarm = nil
        guard let deadline else { return }
        guard deadline <= self.loop.now else { return self.setAlarm(at: deadline) }
        self.deadline = nil
        self.expired()
    }
}

@available(*, unavailable)
extension MovingDeadline: Sendable {}
