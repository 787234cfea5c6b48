import BelayCore
import BelayJSON
import BelayRuntime

/// The people who answer what executions ask: sometimes late, twice, wrongly, or not at all.
final class Staff: @unchecked Sendable {  // Touched on the simulation's thread only.
    private let world: World
    private let fleet: Fleet
    private let witness: Witness
    private let service: ToolService
    private var seen: Set<WaitID> = []

    init(world: World, fleet: Fleet, witness: Witness, service: ToolService) {
        self.world = world
        self.fleet = fleet
        self.witness = witness
        self.service = service
    }

    /// Looks for open waits for as long as the world goes on.
    func work() async {
        do {
            while true {
                try await self.world.pass(500...5_000)
                let open = try await self.witness.waits(WaitFilter(status: .open), after: nil, limit: 1_000).items
                for record in open where record.wait.kind != .timer { self.consider(record) }
            }
        } catch {
            return  // The world is over.
        }
    }

    private func consider(_ record: WaitRecord) {
        let isUnreliable = self.world.weather.peopleAreUnreliable
        // In good times everything is answered, again and again until the answer got through.
        guard self.seen.insert(record.wait.id).inserted || self.world.isCalm else { return }
        if isUnreliable, self.world.chance.happens(0.2) { return }
        let times = isUnreliable && self.world.chance.happens(0.2) ? 2 : 1
        for _ in 0..<times {
            let delay = isUnreliable && self.world.chance.happens(0.2) ? 60_000...150_000 : 0...4_000
            self.world.scheduler.start(in: .world) {
                do { try await self.world.pass(delay) } catch { return }  // The world is over.
                await self.answer(record)
            }
        }
    }

    private func answer(_ record: WaitRecord) async {
        if self.world.weather.peopleAreUnreliable, self.world.chance.happens(0.1) { await self.answerWrongly(record) }
        guard let node = self.fleet.anyNode() else { return }
        let answer = self.answer(to: record)
        _ = await self.world.scheduler.request(to: node.process) {
            do {
                _ = try await node.runtime.answer(record.wait.id, with: answer, by: "grace")
                self.witness.promised(answer, to: record)
                self.world.count("answers of people")
            } catch {
                self.world.tell("grace", "can't answer \(record.wait.id): \(error)")
            }
        }
    }

    /// Says what the form doesn't allow. Nobody may take that for an answer.
    private func answerWrongly(_ record: WaitRecord) async {
        guard let node = self.fleet.anyNode() else { return }
        _ = await self.world.scheduler.request(to: node.process) {
            do {
                _ = try await node.runtime.answer(record.wait.id, with: ["decision": "perhaps"], by: "grace")
                self.world.violate("\(record.wait.id) was answered with what its schema doesn't allow")
            } catch {
                self.world.count("wrong answers")
                self.world.tell("grace", "is refused: \(error)")
            }
        }
    }

    private func answer(to record: WaitRecord) -> JSON {
        let wait = record.wait
        switch wait.kind {
        case .approval:
            switch self.world.chance.number(0...9) {
            case 0...5: return ["decision": "approve"]
            case 6, 7: return ["decision": "reject", "reason": "too much"]
            default: return ["decision": "edit", "arguments": ["item": "another item", "amount": 1]]
            }
        case .input: return ["text": "the blue one"]
        case .handoff:
            return ["action": self.world.chance.happens(0.5) ? "answer" : "return", "text": "I have looked at it."]
        case .resolution:
            // Whoever says that nothing happened has seen to it that nothing will.
            let key = wait.context["idempotency_key"]?.stringValue ?? ""
            let happened = self.service.fence(wait.callID ?? "", of: record.execution, key: key)
            return ["resolution": happened ? "happened" : "did_not_happen"]
        case .limit:
            return self.world.chance.happens(0.5)
                ? ["decision": "raise", "by": wait.context["largest_raise"] ?? 1] : ["decision": "stop"]
        case .timer: return .null
        }
    }
}
