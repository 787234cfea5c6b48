import BelayCore
import BelayResilience

extension Node {
    /// Renews the leases at a third of their length. Nothing else is done here, so that nothing delays it.
    func keepLeases() async {
        while true {
            do { try await self.context.clock.sleep(for: self.context.options.lease / 3) } catch { return }
            let held = self.inOrder.map(\.lease)
            if held.isEmpty { continue }
            let asked = self.context.timekeeper.now
            do {
                let renewed = try await self.context.store.renew(held, for: self.context.options.lease)
                self.context.trouble.worked(.renewing)
                self.keep(renewed, of: held, asked: asked, answered: self.context.timekeeper.now)
            } catch is CancellationError {
                return  // Everything has come to rest.
            } catch {
                self.meet(.renewing, error)
                self.giveUpExpired()
            }
        }
    }

    /// Notes the new expiries and stops the drivers whose leases were not renewed.
    private func keep(_ renewed: [Lease], of held: [Lease], asked: Moment, answered: Moment) {
        let kept = Dictionary(renewed.map { ($0.execution, $0) }) { first, _ in first }
        let lost = self.active.withLock { active in
            held.compactMap { lease -> Interruption? in
                guard active[lease.execution]?.lease.epoch == lease.epoch else { return nil }
                guard let renewal = kept[lease.execution] else { return active[lease.execution]?.interruption }
                active[lease.execution]?.held.renew(renewal, asked: asked, answered: answered)
                return nil
            }
        }
        for interruption in lost { interruption.fire() }
    }

    /// A lease that could not be renewed in time may be another node's by now.
    private func giveUpExpired() {
        let now = self.context.timekeeper.now
        let expired = self.inOrder.filter { $0.held.isOver(at: now) }.map(\.interruption)
        for interruption in expired { interruption.fire() }
    }
}
