import BelayCore
import BelayHTTP
import BelayResilience

/// One key or address of a provider at work.
final class EndpointLane: Sendable {
    let index: Int
    /// Nil when the provider has this one only.
    let name: String?
    /// How much it takes beside the others.
    let weight: Double
    let runner: AttemptRunner
    private let settings: ProviderSettings
    private let cells: [String: EndpointCell]
    /// Of models that no route names, made when they are first asked for.
    private let others = Locked<[String: EndpointCell]>([:])
    /// The provider's, then its own.
    private let quotas: [LaneQuota]
    private let key: Locked<KeyQuarantine>
    private let timekeeper: Timekeeper
    private let wallClock: any WallClock
    private let report: @Sendable (GatewayReport) -> Void

    /// Models that no route names beyond this many share a cell.
    private static let mostOthers = 256
    private static let shared = "*"

    /// - Parameters:
    ///   - endpoint: Nil when the provider has one only.
    ///   - settings: The provider's, with this endpoint's key and base URL.
    ///   - shared: What all endpoints of the provider have together.
    init(
        index: Int, endpoint: ProviderEndpoint?, settings: ProviderSettings, models: Set<String>, shared: LaneQuota?,
        prefills: PrefillMemory, keyRests: KeyQuarantine.Rests, transport: any HTTPTransport, timekeeper: Timekeeper,
        wallClock: any WallClock, report: @escaping @Sendable (GatewayReport) -> Void
    ) {
        self.index = index
        self.name = endpoint?.name
        self.weight = endpoint?.weight ?? 1
        self.settings = settings
        self.runner = AttemptRunner(
            provider: settings.makeProvider(), transport: transport, timekeeper: timekeeper, wallClock: wallClock,
            prefills: prefills, onClientGone: settings.onClientGone)
        let own = LaneQuota(endpoint?.rateLimits, maxWaiting: settings.maxConcurrent, clock: timekeeper)
        self.quotas = [shared, own].compactMap { $0 }
        self.key = Locked(KeyQuarantine(keyRests))
        self.timekeeper = timekeeper
        self.wallClock = wallClock
        self.report = report
        self.cells = Dictionary(
            uniqueKeysWithValues: models.map { model in
                let cell = EndpointCell(
                    model: model, endpoint: endpoint?.name, settings: settings, clock: timekeeper, wallClock: wallClock,
                    report: report)
                return (model, cell)
            })
    }

    var countsTokens: Bool { self.quotas.contains(where: \.countsTokens) }

    /// What stands in the way of an attempt that has not been sent; nil when nothing does within that wait.
    ///
    /// - Parameter hasTurn: Whether it has waited for what its vendor has left.
    func obstacle(model: String, atMost longest: Duration, hasTurn: Bool = false) -> ModelFailure? {
        let now = self.timekeeper.now
        if let obstacle = self.key.withLock({ $0.obstacle(at: now) }) { return Self.failure(for: obstacle) }
        return self.cell(of: model).obstacle(atMost: longest, hasTurn: hasTurn)
    }

    /// Whether an attempt would be sent without a wait.
    func isReady(model: String, tokens: Int = 0) -> Bool {
        self.obstacle(model: model, atMost: .zero) == nil && self.cell(of: model).hasRoom
            && self.quotas.allSatisfy { $0.expectedWait(tokens: tokens) == .zero }
    }

    /// - Parameter bulkhead: The provider's, which all its endpoints share.
    /// - Throws: As `ProviderLane.enter`: nothing was taken.
    func enter(_ request: LaneRequest, through bulkhead: Bulkhead) async throws -> LanePass {
        let deadline = self.timekeeper.now + request.longest
        let cell = self.cell(of: request.model)
        let turn = try await cell.turn(of: request.tenant, until: deadline)
        var taken = 0
        do {
            for quota in self.quotas {
                try await quota.take(tokens: request.tokens, for: request.tenant, until: deadline)
                taken += 1
            }
            let permit = try await bulkhead.turn(of: request.tenant, until: deadline, clock: self.timekeeper)
            // Others may have found something out meanwhile.
            if let obstacle = self.obstacle(model: request.model, atMost: .zero, hasTurn: true) { throw obstacle }
            let (admission, now) = (try cell.admit(), self.timekeeper.now)
            if let obstacle = self.key.withLock({ $0.admit(at: now) }) {
                cell.giveBack(admission)
                throw Self.failure(for: obstacle)
            }
            return LanePass(
                endpoint: self, cell: cell, began: now, tokens: request.tokens, supply: turn.supply,
                admission: admission, permits: [turn.permit, permit])
        } catch {
            cell.giveBack(turn.supply)
            for quota in self.quotas[..<taken] { quota.refund(tokens: request.tokens) }
            throw error
        }
    }

    func leave(_ pass: LanePass, with end: LanePass.End) {
        pass.cell.record(end, of: pass)
        self.learnOfKey(from: end, of: pass)
        for permit in pass.permits { permit.release() }
        for quota in self.quotas { Self.settle(quota, pass.tokens, end) }
    }

    private func learnOfKey(from end: LanePass.End, of pass: LanePass) {
        let (start, now) = (pass.began, self.timekeeper.now)
        switch end {
        case .answered: self.key.withLock { $0.accepted(startedAt: start) }
        case .failed(let failure) where failure.kind.disposition == .keyFault:
            guard let rest = self.key.withLock({ $0.refused(failure.kind, startedAt: start, at: now) }) else { return }
            self.report(
                .keyRefused(
                    provider: self.settings.name, endpoint: self.name, because: failure.kind, quarantine: rest))
        case .failed, .cancelled, .outrun, .unsent: self.key.withLock { $0.ended(startedAt: start, at: now) }
        }
    }

    /// Of a quota that is used up it is worth to ask again; a refused key has to be mended first.
    private static func failure(for obstacle: KeyQuarantine.Obstacle) -> ModelFailure {
        guard obstacle.kind == .quotaExhausted else {
            return ModelFailure(obstacle.kind, message: "not sent: the provider refused its key before")
        }
        return ModelFailure(
            obstacle.kind, message: "not sent: the quota of its key was used up", retryAfter: obstacle.wait)
    }

    private static func settle(_ quota: LaneQuota, _ tokens: Int, _ end: LanePass.End) {
        switch end {
        case .unsent: quota.refund(tokens: tokens)
        case .answered(let usage): if usage != .zero { quota.settle(estimate: tokens, actual: usage.total) }
        case .cancelled(let usage), .outrun(let usage):
            if let usage { quota.settle(estimate: tokens, actual: usage.total) }
        case .failed(let failure):
            if let usage = failure.usage {
                quota.settle(estimate: tokens, actual: usage.total)
            } else if failure.status != nil || failure.kind == .connectTimeout {
                quota.settle(estimate: tokens, actual: 0)  // No model has read anything.
            }
        }
    }

    func cell(of model: String) -> EndpointCell {
        if let cell = self.cells[model] { return cell }
        return self.others.withLock { others in
            let name = others[model] != nil || others.count < Self.mostOthers ? model : Self.shared
            if let cell = others[name] { return cell }
            let cell = EndpointCell(
                model: name, endpoint: self.name, settings: self.settings, clock: self.timekeeper,
                wallClock: self.wallClock, report: self.report)
            others[name] = cell
            return cell
        }
    }
}
