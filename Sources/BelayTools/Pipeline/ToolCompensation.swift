import BelayCore

/// What undoing a call came to.
package enum ToolCompensation: Sendable, Hashable {
    /// The effect is undone, or never was.
    case compensated
    /// Nobody knows; may be tried again.
    case failed(ToolFailure)
}
