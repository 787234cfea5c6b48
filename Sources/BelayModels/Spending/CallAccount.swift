import BelayCore
import BelayLedger

/// On whose account a call is made: reserves before each attempt, settles after it.
struct CallAccount: Sendable {
    /// What was reserved for one attempt.
    struct Hold: Sendable {
        fileprivate var most: Amount
        /// Nil without a ledger.
        fileprivate var reservation: Reservation?
    }

    /// What an attempt is for, and what it may cost at most.
    struct Errand: Sendable {
        var path: ModelPath
        /// Of an attempt at an answer; what the call is for goes before it.
        var cause: Spending.Cause
        var most: Amount
    }

    /// Until when a call that has nothing free at the moment had better not come back.
    private static let retryAfter = Duration.seconds(1)

    private let ledger: Ledger?
    private let spender: Spender
    private let purpose: ModelCall.Purpose
    /// What is left for the call; nil for what the budgets allow.
    private var allowance: Money?
    /// What all attempts so far have cost.
    private var spent = Money.zero

    init(ledger: Ledger?, spender: Spender, purpose: ModelCall.Purpose = .answer, allowance: Money? = nil) {
        self.ledger = ledger
        self.spender = spender
        self.purpose = purpose
        self.allowance = allowance
    }

    /// Whether anybody counts: else it needn't be known what an attempt may cost.
    var counts: Bool { self.ledger != nil || self.allowance != nil }

    /// Gets a place at a provider, and reserves what the attempt may cost, in all budgets or in none.
    ///
    /// A call that has to wait for a budget leaves the place to others meanwhile.
    ///
    /// - Parameters:
    ///   - request: It waits no longer than `longest` for either.
    ///   - now: For the time that a period is over.
    /// - Throws: `ModelFailure` when it can't be sent or doesn't fit, or `CancellationError`: nothing is held then.
    mutating func enter(
        _ lane: ProviderLane, _ request: LaneRequest, _ errand: Errand, at now: Timestamp
    ) async throws -> (LanePass, Hold) {
        let pass = try await lane.enter(request)
        do {
            return (pass, try await self.hold(errand, patience: .zero, at: now))
        } catch {
            lane.leave(pass, with: .unsent)
            guard request.longest > .zero, (error as? ModelFailure)?.kind == .budgetReserved else { throw error }
        }
        let hold = try await self.hold(errand, patience: request.longest, at: now)
        do {
            return (try await lane.enter(request), hold)
        } catch {
            self.release(hold)
            throw error
        }
    }

    private mutating func hold(_ errand: Errand, patience: Duration, at now: Timestamp) async throws -> Hold {
        let most = errand.most
        if let allowance, most.money > allowance {
            throw ModelFailure(
                .allowanceExceeded,
                message: "\(allowance) is left for this task, and the call may cost \(most.money)")
        }
        let purpose = Purpose(path: errand.path.description, cause: self.purpose.cause ?? errand.cause)
        do {
            let reservation = try await self.ledger?.reserve(most, for: self.spender, purpose, patience: patience)
            self.allowance = self.allowance.map { $0 - most.money }
            return Hold(most: most, reservation: reservation)
        } catch let refusal as LedgerRefusal {
            throw self.failure(refusal, at: now)
        }
    }

    /// Takes a hold back whose attempt was not sent.
    mutating func release(_ hold: Hold) {
        self.allowance = self.allowance.map { $0 + hold.most.money }
        if let reservation = hold.reservation { self.ledger?.cancel(reservation) }
    }

    /// Says what an attempt has cost.
    ///
    /// - Parameter billing: By which the bill was made.
    mutating func settle(_ hold: Hold, _ end: Spending.End, _ bill: Billing.Bill, by billing: Billing) {
        let amount = bill.amount
        self.allowance = self.allowance.map { $0 + hold.most.money - amount.money }
        guard let ledger = self.ledger, let reservation = hold.reservation else { return }
        if bill.cost.amount == nil { ledger.noteUnknownPrice(of: reservation.purpose.path) }
        let before = self.spent
        self.spent += amount.money
        ledger.noteCall(costing: self.spent, before: before, for: self.spender, path: reservation.purpose.path)
        let isListed = bill.cost.amount != nil && bill.usage.reportedCost == nil
        ledger.settle(
            reservation, amount,
            Spending(
                end: end, usage: bill.usage, cost: bill.cost, priceVersion: isListed ? billing.priceVersion : nil,
                saved: billing.saved(byCaching: bill.usage)))
    }

    private func failure(_ refusal: LedgerRefusal, at now: Timestamp) -> ModelFailure {
        let message = refusal.description(forTenant: self.spender.tenant)
        switch refusal {
        case .exceeded(_, let resets):
            return ModelFailure(.budgetExceeded, message: message, retryAfter: resets.map { now.duration(to: $0) })
        case .reserved, .busy, .unavailable:
            return ModelFailure(.budgetReserved, message: message, retryAfter: Self.retryAfter)
        }
    }
}

extension ModelCall.Purpose {
    fileprivate var cause: Spending.Cause? {
        switch self {
        case .answer: nil
        case .reask: .reask
        case .judge: .judge
        case .compaction: .compaction
        }
    }
}

extension Spender {
    /// Who makes a call.
    init(_ caller: ModelCaller, tenant: String, task: String?) {
        self.init(
            tenant: tenant, user: caller.user, customer: caller.customer, session: caller.session, agent: caller.agent,
            version: caller.version, task: task, execution: caller.execution)
    }
}
