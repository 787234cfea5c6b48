import BelayCore
import BelayResilience

/// Planted: goes on with another attempt's text where the one before was cut, and tells nobody.
struct SplicingGateway: ModelGateway {
    let base: any ModelGateway
    let world: World

    func call(_ call: ModelCall, observe: (@Sendable (ModelProgress) -> Void)?) async throws -> ModelCallResult {
        let hasStarted = Locked(false)
        let world = self.world
        let splicing: @Sendable (ModelProgress) -> Void = { progress in
            switch progress {
            case .attemptStarted:
                let isFirst = hasStarted.withLock { started in
                    defer { started = true }
                    return !started
                }
                if isFirst { observe?(progress) } else { world.count("planted") }
            case .textDelta(let text, _): observe?(.textDelta(text, attempt: 1))
            case .attemptFailed: break
            }
        }
        return try await self.base.call(call, observe: observe == nil ? nil : splicing)
    }
}
