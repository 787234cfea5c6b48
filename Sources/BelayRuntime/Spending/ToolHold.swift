import BelayCore
import BelayLedger
import BelayTools

/// What is reserved for one attempt at a call. Settled or released once; after that both change nothing.
struct ToolHold: Sendable {
    let cost: ToolCost
    /// Nil without a ledger.
    private let place: (ledger: Ledger, reservation: Reservation)?

    init(cost: ToolCost, place: (ledger: Ledger, reservation: Reservation)? = nil) {
        self.cost = cost
        self.place = place
    }

    /// Says what the attempt has cost. One that was not sent has no line.
    func settle(_ attempt: ToolAttempt) {
        guard let bill = attempt.bill else { return self.release() }
        if let (ledger, reservation) = self.place { ledger.settle(reservation, bill, attempt.execution.end) }
    }

    /// Takes it back: the attempt was not made.
    func release() { if let (ledger, reservation) = self.place { ledger.cancel(reservation) } }
}

extension ToolExecution {
    fileprivate var end: Spending.End {
        switch self {
        case .succeeded: .answered
        case .failed(let failure, _): failure.kind == .cancelled ? .cancelled : .failed
        }
    }
}
