import BelayCore

/// What a tool's probe found out about a call in doubt.
package enum ToolProbe: Sendable, Hashable {
    case happened(output: String, truncatedFrom: Int?)
    case didNotHappen
    /// It could not be found out now; a later probe may.
    case unknown(ToolFailure)
}
