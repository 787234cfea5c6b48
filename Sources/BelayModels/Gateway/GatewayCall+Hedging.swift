import BelayCore
import BelayResilience

extension GatewayCall {
    /// After how long a second attempt beside one on this path is due; nil for none. Never after an output was shown.
    func hedgeDelay(on path: ModelPath) -> Duration? {
        guard !self.hasShown, !self.isHedged else { return nil }
        return self.gateway.hedging(on: self.route)?.delay(on: path, isStreamed: self.observe != nil)
    }

    /// Runs an attempt, and a second one beside it when it is slow.
    ///
    /// The failure of one says nothing as long as the other may answer.
    mutating func race(_ first: Trial, in race: HedgedRace, after delay: Duration) async throws -> Step {
        let clock = self.gateway.timekeeper
        return try await withThrowingTaskGroup(of: HedgedRace.Event.self) { group in
            var (won, undone, thrown): ((Trial, Trial.End)?, Step?, (any Error)?) = (nil, nil, nil)
            var running = 1
            group.addTask { await race.run(first) }
            group.addTask { await race.wait(delay, on: clock) }
            while running > 0, let event = try await group.next() {
                switch event {
                case .neverDue: continue
                case .due:
                    guard let second = await self.hedge(beside: first, in: race, after: delay) else { continue }
                    group.addTask { await race.run(second) }
                    running += 1
                case .ended(let trial, let end):
                    running -= 1
                    if case .answered = end {
                        won = (trial, end)
                    } else {
                        do { undone = Self.later(undone, try await self.conclude(trial, end)) } catch { thrown = error }
                    }
                }
            }
            group.cancelAll()
            if let won {
                if won.0.number != first.number {
                    self.gateway.report(.hedgeWon(won.0.path.model, endpoint: won.0.endpoint.name))
                }
                return try await self.conclude(won.0, won.1)
            }
            if let thrown { throw thrown }
            guard let undone else { preconditionFailure("A race ended without an end of an attempt.") }
            return undone
        }
    }

    /// What follows when both attempts have failed: a failure that forbids further ones does so still.
    private static func later(_ first: Step?, _ second: Step) -> Step {
        switch (first, second) {
        case (.undone(.giveUp(.forbidden)), _), (.undone(.giveUp(.committed)), _), (.some, .outrun): first ?? second
        default: second
        }
    }

    /// Starts a second attempt where one can be sent at once; nil when not.
    private mutating func hedge(beside first: Trial, in race: HedgedRace, after delay: Duration) async -> Trial? {
        guard !race.isOver, let desk = self.gateway.hedging(on: self.route) else { return nil }
        let tried = (self.tried[first.index] ?? []).union([first.endpoint.index])
        let hasOther = first.lane.hasOther(than: tried, model: first.path.model.model)
        let now = self.gateway.timekeeper.now
        guard let index = self.machine.second(beside: first.index, hasOther: hasOther, at: now) else { return nil }
        let path = self.paths[index].model
        let lane = self.gateway.lane(of: path)
        guard lane.obstacle(model: path.model, atMost: .zero) == nil, desk.withdraw() else { return nil }
        do {
            let second = try await self.start(index, on: lane, in: race, beside: first)
            self.isHedged = true
            self.gateway.report(.hedged(path, endpoint: second.endpoint.name, after: delay))
            return second
        } catch {
            // It would have to wait and so come too late, no attempt is left, or the caller is gone: what the first one
            // comes to counts alone.
            return nil
        }
    }
}
