import BelayCore
import BelayLedger
import BelayTools

extension Driver {
    /// How long calls that are looked at together wait for what calls of others may leave over of a budget.
    static let patience = Duration.seconds(2)

    /// What came of reserving what a call may cost.
    enum Admission {
        /// Nil for a tool without a cost.
        case admitted(ToolHold?)
        /// It stays as it is, and is looked at again.
        case postponed
        case short(ToolShortage)
    }

    /// Calls without a cost first: they have nothing to wait for.
    func freeFirst(_ calls: [OpenCall]) -> [OpenCall] {
        let isFree = { (open: OpenCall) in self.tools.descriptor(of: open.call.name)?.cost == nil }
        return calls.filter(isFree) + calls.filter { !isFree($0) }
    }

    /// Reserves the most that a call may cost, before anything else is done about it.
    ///
    /// - Parameters:
    ///   - held: What is reserved for calls that are made beside it.
    ///   - patience: How long it waits for what calls of others may leave over of a budget. Nil when calls are made beside
    ///     it: it waits for them, not in front of them, and they may cost less.
    func admit(_ open: OpenCall, beside held: [ToolHold], patience: Duration?) async throws -> Admission {
        guard let cost = self.tools.descriptor(of: open.call.name)?.cost else { return .admitted(nil) }
        let execution = self.journal.execution
        // What it waits for is asked of a person.
        if execution.awaitsRaise { return .postponed }
        let taken = held.reduce(Money.zero) { $0 + $1.cost.amount }
        guard cost.amount <= execution.allowance - taken else {
            return held.isEmpty ? .short(.allowance(cost)) : .postponed
        }
        let (accounts, spender, tool) = (self.context.accounts, self.spender, open.call.name)
        do {
            return .admitted(
                try await self.interruption.bounding {
                    try await accounts.hold(cost, of: tool, for: spender, patience: patience ?? .zero)
                })
        } catch is CancellationError {
            // Whoever interrupted it knows what happens next.
            return .postponed
        } catch let refusal as LedgerRefusal {
            let reason = refusal.description(forTenant: spender.tenant)
            if case .exceeded(let state, _) = refusal {
                guard state.needed > state.limit else { return .short(.budget(reason)) }
                let words = "\(tool) may cost \(cost.amount), more than the whole budget \(state.budget) allows"
                return .short(.budget(words))
            }
            return patience == nil ? .postponed : .short(.reserved(reason))
        }
    }

    private var spender: Spender {
        let execution = self.journal.execution
        let caller = execution.caller(of: self.agent)
        return Spender(
            tenant: execution.accepted.user.tenant, user: caller.user, customer: caller.customer,
            session: caller.session, agent: caller.agent, version: caller.version, task: self.agent.name,
            execution: caller.execution)
    }
}
