import Foundation

/// What some steps took.
struct Speed: Sendable {
    var stepsPerSecond: Double
    /// Microseconds of all cores, in user and kernel mode, for each step: hardly depends on what else the machine does.
    var processorTime: Double
}

/// Runs from its making on.
struct SpeedMeter {
    private let start = ContinuousClock.now
    private let processorStart = Self.processorMicroseconds
    private var steps = 0

    mutating func add(_ steps: Int) { self.steps += steps }

    var speed: Speed {
        let seconds = (ContinuousClock.now - self.start) / .seconds(1)
        let processor = Self.processorMicroseconds - self.processorStart
        return Speed(stepsPerSecond: Double(self.steps) / seconds, processorTime: processor / Double(self.steps))
    }

    private static var processorMicroseconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }
}
