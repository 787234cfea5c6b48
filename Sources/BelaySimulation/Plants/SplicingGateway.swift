import BelayCore
import BelayResilience

/// Planted: goes on with another attempt's text where the one before was cut, and tells nobody.
struct SplicingGateway: ModelGateway {
    let base: any ModelGateway
    let world: World

    func call(_ call: ModelCall, observe: (@Sendable (ModelProgress) -> Void)?) async throws -> ModelCallResult {
        let shown = Locked<Int?>(nil)
        let world = self.world
        let splicing: @Sendable (ModelProgress) -> Void = { progress in
            switch progress {
            case .attemptStarted(let number, _):
                let isFirst = shown.withLock { first in
                    defer { first = first ?? number }
                    return first == nil
                }
                if isFirst { observe?(progress) } else { world.count("planted") }
            case .textDelta(let text, let number):
                observe?(.textDelta(text, attempt: shown.withLock { $0 } ?? number))
            case .attemptFailed: break
            }
        }
        return try await self.base.call(call, observe: observe == nil ? nil : splicing)
    }
}
