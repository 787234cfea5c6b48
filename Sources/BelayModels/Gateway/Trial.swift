import BelayCore
import BelayResilience

/// One attempt under way: where it goes, and what is known of it while it lasts.
struct Trial: Sendable {
    enum End: Sendable {
        case answered(AttemptAnswer)
        case failed(ModelFailure)
        /// Another attempt at the same answer was faster.
        case outrun
        /// The caller left, or its observer threw.
        case gaveUp(any Error)
    }

    let number: Int
    /// Of the path, in the order of the call.
    let index: Int
    let path: Route.Path
    let lane: ProviderLane
    let pass: LanePass
    let limits: PhaseLimits
    let request: ModelRequest
    let shown: ShownOutput
    /// When its place was asked for.
    let began: Moment
    /// Nil when no other attempt may run beside it.
    let race: HedgedRace?
    let hold: CallAccount.Hold
    let meter: UsageMeter

    var endpoint: EndpointLane { self.pass.endpoint }

    func run() async -> End {
        do {
            let answer = try await self.endpoint.runner.run(
                self.request, model: self.path.model.model, limits: self.limits, meter: self.meter,
                mayBeOutrun: self.race != nil, told: self.pass.cell.hear, observe: self.shown.handler)
            return self.race?.claim(self.number) ?? true ? .answered(answer) : .outrun
        } catch {
            if self.race?.isLost(self.number) ?? false { return .outrun }
            return if let failure = error as? ModelFailure { .failed(failure) } else { .gaveUp(error) }
        }
    }
}
