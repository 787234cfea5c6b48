import BelayCore
import BelayResilience

extension GatewayReport {
    /// Why something failed, without anything that a model, a provider or a tool wrote: they may repeat the question.
    static func reason(of error: any Error) -> String {
        switch error {
        case let failure as ModelCallFailure: failure.failure.kind.code
        case let exceeded as DeadlineExceeded: "it took longer than \(exceeded.limit)"
        case let error as StoreError: "the store: \(error)"
        default: "\(type(of: error))"
        }
    }
}
