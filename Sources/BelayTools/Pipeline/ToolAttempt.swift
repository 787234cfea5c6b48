import BelayCore

/// One attempt at a call that was dispatched.
package struct ToolAttempt: Sendable, Hashable {
    package var execution: ToolExecution
    /// Nil for a tool without a cost, and for an attempt that was not sent.
    package var bill: ToolBill?
}
