import BelayCore

/// One attempt at a call that was dispatched.
package struct ToolAttempt: Sendable, Hashable {
    package var execution: ToolExecution
    /// Nil for a tool without a cost, and for an attempt that was not sent.
    package var bill: ToolBill?
}

/// What a dispatched call came to.
package enum ToolExecution: Sendable, Hashable {
    /// - Parameters:
    ///   - output: What the model gets to read, within the tool's bound.
    ///   - truncatedFrom: The length of the whole output in characters (Unicode scalars) if it was cut.
    case succeeded(output: String, truncatedFrom: Int?, duration: Duration)
    /// `mayHaveHappened` is right for the tool's effect: never true for a read-only one.
    case failed(ToolFailure, duration: Duration)
}

/// What a tool's probe found out about a call in doubt.
package enum ToolProbe: Sendable, Hashable {
    case happened(output: String, truncatedFrom: Int?)
    case didNotHappen
    /// It could not be found out now; a later probe may.
    case unknown(ToolFailure)
}

/// What undoing a call came to.
package enum ToolCompensation: Sendable, Hashable {
    /// The effect is undone, or never was.
    case compensated
    /// Nobody knows; may be tried again.
    case failed(ToolFailure)
}
