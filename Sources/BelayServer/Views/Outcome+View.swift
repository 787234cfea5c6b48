import BelayCore
import BelayJSON
import BelayRuntime

extension Outcome {
    /// The execution with its answer, its failure, or what it waits for.
    public var view: JSON {
        var view = self.head.view
        view["output"] = self.output.map { .string($0) } ?? .null
        view["failure"] = .null
        view["waits"] = []
        switch self {
        case .waiting(let waits, _): view["waits"] = .array(waits.map(\.view))
        case .failed(let failure, _):
            view["failure"] = failure.view
        case .completed, .limitReached, .cancelled: break
        }
        return view
    }
}
