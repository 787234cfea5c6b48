/// What to do on a connection to answer one request: decided purely, played by `Connection`.
struct WireScript: Sendable {
    enum Step: Sendable, Equatable {
        case write([UInt8])
        case pause(Duration)
        /// Ends the connection with a TCP reset.
        case reset
        /// Ends the connection in the ordinary way.
        case close
    }

    enum Outcome: Sendable, Equatable {
        /// A whole answer, with its usage.
        case answered(MockUsage)
        /// An answer that is broken on purpose.
        case faulted
        /// An error the caller earned.
        case refused
        /// Statistics and the like.
        case control

        /// What a whole answer reports.
        var usage: MockUsage? { if case .answered(let usage) = self { usage } else { nil } }
    }

    private(set) var steps: [Step] = []
    var outcome: Outcome
    var status: Int

    init(outcome: Outcome, status: Int) {
        self.outcome = outcome
        self.status = status
    }

    /// Adds a step; writes with nothing between them become one.
    mutating func add(_ step: Step) {
        switch (self.steps.last, step) {
        case (.write(let before)?, .write(let more)):
            self.steps[self.steps.count - 1] = .write(before + more)
        case (_, .pause(let duration)) where duration <= .zero:
            break
        default:
            self.steps.append(step)
        }
    }

    var endsConnection: Bool { self.steps.last == .close || self.steps.last == .reset }
}
