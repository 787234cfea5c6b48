import BelayCore

/// Why a call may not be made. Nothing was reserved.
public enum LedgerRefusal: Error, Sendable, Hashable {
    /// A limit is reached, as far as this call goes: what is settled and what the call may cost are more than it allows.
    /// `resets` is when the period is over; nil when there is none, and when the call may cost more than all of the limit.
    case exceeded(BudgetState, resets: Timestamp?)
    /// Calls under way may still need what is left. One that is tried again later may be admitted.
    case reserved(BudgetState)
    /// The ledger can't be written, so nothing may be spent that a limit holds.
    case unavailable(String)
    /// As many calls as may wait for the ledger wait already.
    case busy

    public var state: BudgetState? {
        switch self {
        case .exceeded(let state, _), .reserved(let state): state
        case .unavailable, .busy: nil
        }
    }
}

/// A budget's figures for one subject, in its unit.
public struct BudgetState: Sendable, Hashable {
    public var budget: String
    public var scope: BudgetScope
    public var subject: String
    public var unit: BudgetUnit
    public var limit: Int64
    public var settled: Int64
    public var reserved: Int64
    /// What the call may cost.
    public var needed: Int64

    public init(
        budget: String, scope: BudgetScope, subject: String, unit: BudgetUnit, limit: Int64, settled: Int64,
        reserved: Int64, needed: Int64
    ) {
        self.budget = budget
        self.scope = scope
        self.subject = subject
        self.unit = unit
        self.limit = limit
        self.settled = settled
        self.reserved = reserved
        self.needed = needed
    }
}

extension LedgerRefusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .exceeded(let state, _) where state.needed > state.limit:
            "The call may cost more than the whole budget \(state.name) allows: \(state.figures). Ask for less output (max_tokens)."
        case .exceeded(let state, _):
            "The budget \(state.name) is used up: \(state.figures)."
        case .reserved(let state):
            "The budget \(state.name) has nothing free at the moment: \(state.figures). Try again later."
        case .unavailable(let reason): "The ledger can't be written, so nothing may be spent: \(reason)"
        case .busy: "Too many calls wait for the ledger. Try again later."
        }
    }
}

extension LedgerRefusal {
    /// For whoever called: what all tenants together have spent is no other tenant's business than that of whoever runs the
    /// server.
    public func description(forTenant tenant: String) -> String {
        guard let state, state.scope == .everything, tenant != User.defaultTenant else { return self.description }
        switch self {
        case .exceeded where state.needed > state.limit:
            return
                "The call may cost more than the whole budget \(state.name) allows. Ask for less output (max_tokens)."
        case .exceeded: return "The budget \(state.name) is used up."
        case .reserved: return "The budget \(state.name) has nothing free at the moment. Try again later."
        case .unavailable, .busy: return self.description
        }
    }
}

extension BudgetState {
    fileprivate var name: String { self.subject.isEmpty ? self.budget : "\(self.budget) of \(self.subject)" }

    fileprivate var figures: String {
        let text = self.unit.text
        return
            "\(text(self.settled)) of \(text(self.limit)) spent, \(text(self.reserved)) reserved by calls under way; "
            + "this one may cost \(text(self.needed))"
    }
}
