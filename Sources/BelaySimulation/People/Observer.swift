import BelayCore
import BelayRuntime

/// Somebody who follows an execution: over one connection after the other, from the last event seen on.
final class Observer: @unchecked Sendable {  // Touched on the simulation's thread only.
    let id: ExecutionID
    private let world: World
    private let fleet: Fleet
    private var sequence = 0
    private var isOver = false
    /// The attempt of which text is shown, and the text.
    private var attempt: (number: Int, text: String)?

    init(id: ExecutionID, world: World, fleet: Fleet) {
        self.id = id
        self.world = world
        self.fleet = fleet
    }

    func watch() async {
        do {
            while !self.isOver {
                try await self.world.pass(0...1_000)
                guard let node = self.fleet.anyNode() else { continue }
                self.attempt = nil
                let feed = (node.runtime, self.sequence)
                _ = await self.world.scheduler.request(to: node.process) {
                    do {
                        for try await item in feed.0.events(of: self.id, after: feed.1) { self.see(item) }
                    } catch {
                        self.world.tell("observer", "lost the connection: \(error)")
                    }
                }
            }
        } catch {
            return  // The world is over.
        }
    }

    private func see(_ item: FeedItem) {
        switch item {
        case .event(let entry):
            self.world.require(
                entry.sequence == self.sequence + 1,
                "an observer of …\(self.id.rawValue.suffix(4)) sees number \(entry.sequence) after \(self.sequence)")
            self.sequence = entry.sequence
            if entry.event.isEnding { self.isOver = true }  // Feedback may follow.
        case .progress(_, let progress): self.see(progress)
        case .heartbeat: break
        }
    }

    private func see(_ progress: ModelProgress) {
        switch progress {
        case .attemptStarted(let number, _): self.attempt = (number, "")
        case .textDelta(let text, let number):
            // Whoever comes in the middle of an attempt has seen no beginning of it.
            guard var shown = self.attempt else { return }
            self.world.require(shown.number == number, "text of attempt \(number) was shown as one of \(shown.number)")
            shown.text += text
            self.attempt = shown
            self.world.require(
                Vendors.origin(of: shown.text) != nil, "an observer was shown two answers as one: \(shown.text)")
        case .attemptFailed: self.attempt = nil
        }
    }
}
