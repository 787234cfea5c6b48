import BelayCore
import BelayResilience
import BelayRouting

/// The paths of one call in the order in which they are tried.
struct PathOrder: Sendable {
    var paths: [Route.Path]
    /// Why the first of them goes first; nil when nothing was chosen, because the route has a fixed order.
    var decision: RoutingDecision?
}

/// Orders the paths of routes by their policies, and learns from what became of the calls.
final class PathChooser: Sendable {
    /// A route that learns.
    private struct Learner: Sendable {
        let paths: Set<ModelPath>
        let router: Locked<ThompsonRouter>
    }

    /// What happened to a path because of an outcome.
    struct Change: Sendable, Hashable {
        var path: ModelPath
        var task: String
        var isSuspended: Bool
    }

    private let learners: [String: Learner]
    private let random: RandomSource

    /// - Parameters:
    ///   - random: Draws what is left to chance, once a call.
    ///   - typicalCost: What a call on a path is expected to cost before any was billed; nil when nobody knows.
    init(routes: [Route], random: RandomSource, typicalCost: (ModelPath) -> Money?) {
        var learners: [String: Learner] = [:]
        for route in routes {
            guard case .learned(var options) = route.policy else { continue }
            for path in route.paths.map(\.model) {
                var prior = options.priors[path] ?? options.prior
                prior.cost = prior.cost ?? typicalCost(path)
                options.priors[path] = prior
            }
            learners[route.name] = Learner(
                paths: Set(route.paths.map(\.model)), router: Locked(ThompsonRouter(options: options)))
        }
        self.learners = learners
        self.random = random
    }

    /// Whether any route learns, so that outcomes of others are worth reading.
    var learns: Bool { !self.learners.isEmpty }

    /// - Parameters:
    ///   - paths: Those of the route that can answer the request at all, in the route's order.
    ///   - isAvailable: Whether a call could be sent to a path now. Those that aren't go last.
    func order(
        _ paths: [Route.Path], of route: Route, for call: ModelCall, at now: Timestamp,
        isAvailable: (ModelPath) -> Bool
    ) -> PathOrder {
        if case .ordered = route.policy { return PathOrder(paths: Self.moved(call.pinned, to: paths)) }
        let request = RoutingRequest(
            task: call.task ?? route.name,
            candidates: paths.map { RoutingRequest.Candidate($0.model, isAvailable: isAvailable($0.model)) },
            context: OutcomeContext(of: call.request), stakes: call.isCritical ? .critical : .normal,
            pinned: call.pinned)
        if let learner = self.learners[route.name] {
            return self.learned(request, paths, learner, at: now)
        }
        return self.weighted(request, paths, session: call.caller.session)
    }

    /// Takes an outcome, its judgement or its correction.
    ///
    /// - Parameter route: The route that chose for it; nil for what other nodes did, or this one before it was started.
    func learn(_ outcome: CallOutcome, of route: String?, at now: Timestamp) -> [Change] {
        var changes: [Change] = []
        for (name, learner) in self.learners where learner.paths.contains(outcome.path) {
            let change = learner.router.withLock { $0.record(outcome, at: now, isOwn: name == route).change }
            guard let change else { continue }
            changes.append(Change(path: outcome.path, task: outcome.task, isSuspended: change == .suspended))
        }
        return changes
    }

    /// What a route has learned; nothing for one that doesn't learn.
    func knowledge(of route: String, at now: Timestamp) -> [PathKnowledge] {
        self.learners[route]?.router.withLock { $0.knowledge(at: now) } ?? []
    }

    private static func moved(_ first: ModelPath?, to paths: [Route.Path]) -> [Route.Path] {
        guard let first, let index = paths.firstIndex(where: { $0.model == first }), index > 0 else { return paths }
        return [paths[index]] + paths[..<index] + paths[(index + 1)...]
    }
}

extension PathChooser {
    private func learned(
        _ request: RoutingRequest, _ paths: [Route.Path], _ learner: Learner, at now: Timestamp
    ) -> PathOrder {
        let random = self.random
        let decision = learner.router.withLock { router in
            var request = request
            // An execution stays with its path for the sake of the provider's cache, not when the path got worse.
            if let pinned = request.pinned, router.isSuspended(pinned, task: request.task) { request.pinned = nil }
            var random = random
            return router.choose(request, at: now, using: &random)
        }
        guard let decision else { return PathOrder(paths: paths) }
        let standings: [RoutingDecision.Candidate.Standing] = [.open, .suspended, .tooExpensive]
        let ranked = decision.candidates.enumerated().sorted { left, right in
            func rank(_ entry: (offset: Int, element: RoutingDecision.Candidate)) -> (Int, Double, Int) {
                let standing = standings.firstIndex(of: entry.element.standing) ?? standings.count
                return (entry.element.path == decision.path ? -1 : standing, -entry.element.utility, entry.offset)
            }
            return rank(left) < rank(right)
        }
        return PathOrder(paths: Self.sorted(paths, by: ranked.map(\.element.path)), decision: decision)
    }

    private func weighted(_ request: RoutingRequest, _ paths: [Route.Path], session: String?) -> PathOrder {
        let router = WeightedRouter(paths.map { WeightedRouter.Target($0.model, weight: $0.weight) })
        var random = self.random
        var left = Set(request.available)
        var order: [ModelPath] = []
        let isPinned = request.pinned.map(left.contains) ?? false
        if isPinned, let pinned = request.pinned { order.append(pinned) }
        left.subtract(order)
        while true {
            let next: ModelPath?
            if let session {
                next = router.choose(for: session, where: left.contains)
            } else {
                next = router.choose(using: &random, where: left.contains)
            }
            guard let next else { break }
            order.append(next)
            left.remove(next)
        }
        guard let first = order.first else { return PathOrder(paths: Self.moved(request.pinned, to: paths)) }
        let weights = router.targets.filter { request.available.contains($0.path) }
        let total = weights.reduce(0) { $0 + $1.weight }
        let share = (weights.first { $0.path == first }?.weight ?? 0) / total
        let decision = request.decision(
            for: first, reason: isPinned ? .pinned : request.available.count == 1 ? .only : .weighted,
            propensity: isPinned || !share.isFinite || share <= 0 ? 1 : share)
        return PathOrder(paths: Self.sorted(paths, by: order), decision: decision)
    }

    /// The paths in this order, those that it doesn't name after them.
    private static func sorted(_ paths: [Route.Path], by order: [ModelPath]) -> [Route.Path] {
        order.compactMap { path in paths.first { $0.model == path } } + paths.filter { !order.contains($0.model) }
    }
}

extension OutcomeContext {
    /// What is known of a request before it is sent. For the four sizes that are told apart, texts count as a token for four
    /// bytes, and tools and attachments don't.
    init(of request: ModelRequest) {
        let bytes = request.messages.reduce(request.system.utf8.count) { sum, message in
            message.content.reduce(sum) { $0 + $1.textBytes }
        }
        self.init(inputSize: InputSize(tokens: (bytes + 3) / 4), hasTools: !request.tools.isEmpty)
    }
}

extension Content {
    fileprivate var textBytes: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .reasoning(let reasoning): reasoning.text.utf8.count
        case .toolCall(let call): call.name.utf8.count + call.arguments.utf8.count
        case .toolResult(let result): result.content.utf8.count
        case .image, .file: 0
        }
    }
}
