import BelayCore

/// What a dispatched call came to.
package enum ToolExecution: Sendable, Hashable {
    /// - Parameters:
    ///   - output: What the model gets to read, within the tool's bound.
    ///   - truncatedFrom: The length of the whole output in characters (Unicode scalars) if it was cut.
    case succeeded(output: String, truncatedFrom: Int?, duration: Duration)
    /// `mayHaveHappened` is right for the tool's effect: never true for a read-only one.
    case failed(ToolFailure, duration: Duration)
}
