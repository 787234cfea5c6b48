import BelayCore

/// A handler that can tell before its first call whether it will work.
package protocol InspectableToolHandler: ToolHandler {
    /// Why the tool can't be registered; nil when nothing is wrong.
    var defect: String? { get }
    var canProbe: Bool { get }
    var canCompensate: Bool { get }
}
