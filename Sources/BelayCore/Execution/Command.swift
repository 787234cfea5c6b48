/// What an execution needs next.
public enum Command: Sendable {
    /// Facts that follow from what is known: append them and ask again.
    case append([Event])
    /// A model has to be asked.
    case callModel(ModelCallPlan)
    /// The context has to become smaller first.
    case compact(CompactionPlan)
    /// These tool calls need a station passed, a dispatch, or a doubt settled.
    case runTools([OpenCall])
    /// Nothing to do until then, or until somebody answers.
    case wait(until: Timestamp?)
    /// Over.
    case end
}

/// A model call that is due.
public struct ModelCallPlan: Sendable {
    public var step: Int
    public var purpose: Event.ModelCallPlanned.Purpose
    public var call: ModelCall
}
