import BelayCore
import BelayJSON

extension StoreConformance {
    static let waits = [
        Case("a wait is opened by its event and answered once") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1, tenant: "acme"))[0]
            let asked = scenario.approval(context: ["amount": 80, "reason": "broken"])
            try await scenario.append(
                [.waitOpened(asked)], under: lease, state: .waiting, after: .release(wakeAt: asked.expires))
            let user = User("ada", tenant: "acme")
            var expected = WaitRecord(
                wait: asked, execution: lease.execution, agent: "support", user: user, opened: scenario.clock.now)
            try scenario.check(try await scenario.wait(asked.id) == expected, "another record")
            scenario.clock.advance(by: .seconds(60))
            let answered = try await scenario.store.answer(asked.id, with: .bool(true), by: "boss")
            expected.status = .answered
            expected.answer = .bool(true)
            expected.answeredBy = "boss"
            expected.answeredAt = scenario.clock.now
            try scenario.check(answered == expected, "\(answered)")
            try scenario.check(try await scenario.wait(asked.id) == expected, "another record after the answer")
            let event = Event.waitAnswered(Event.WaitAnswered(wait: asked.id, answer: .bool(true), by: "boss"))
            let journal = try await scenario.journal(lease.execution)
            try scenario.check(
                journal.last == JournalEvent(sequence: 3, time: scenario.clock.now, event: event), "\(journal)")
            try scenario.check(try await scenario.head(lease.execution).sequence == 3, "the head lags behind")
            try scenario.check(try await scenario.claim().count == 1, "the answer woke nobody")
            try await scenario.expect(.waitClosed(asked.id)) {
                try await scenario.store.answer(asked.id, with: .bool(false), by: "ada")
            }
            try scenario.check(try await scenario.journal(lease.execution).count == 3, "a refused answer was written")
        },
        Case("an answer with a key may be sent again, and with another digest it is refused") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1, key: "k1"))[0]
            let asked = [scenario.approval(1), scenario.approval(2)]
            try await scenario.append(
                asked.map { .waitOpened($0) }, under: lease, state: .waiting, after: .release(wakeAt: nil))
            let request = IdempotentRequest(key: "k2", digest: "yes")
            let first = try await scenario.store.answer(asked[0].id, with: .bool(true), by: "boss", request: request)
            let again = try await scenario.store.answer(asked[0].id, with: .bool(true), by: "boss", request: request)
            try scenario.check(first.status == .answered && again == first, "the repetition gave \(again)")
            try scenario.check(try await scenario.journal(lease.execution).count == 4, "it was answered twice")
            for (key, digest) in [("k1", "yes"), ("k2", "no")] {
                try await scenario.expect(.idempotencyConflict(key: key)) {
                    try await scenario.store.answer(
                        asked[1].id, with: .bool(true), by: "boss",
                        request: IdempotentRequest(key: key, digest: digest))
                }
            }
            try await scenario.expect(.idempotencyConflict(key: "k2")) {
                try await scenario.store.start(scenario.new(2, key: "k2"))
            }
            let known = try await scenario.store.request(withKey: "k2", tenant: "default")
            try scenario.check(known == request, "the key is known with \(String(describing: known))")
            let foreign = try await scenario.store.request(withKey: "k2", tenant: "other")
            try scenario.check(foreign == nil, "another tenant has the key")
            try scenario.check(try await scenario.wait(asked[1].id).status == .open, "a refused answer counted")
        },
        Case("of answers at once exactly one wins") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            let asked = scenario.approval()
            try await scenario.append([.waitOpened(asked)], under: lease, state: .waiting, after: .release(wakeAt: nil))
            let (won, lost) = try await scenario.atOnce(16) { number in
                try await scenario.store.answer(asked.id, with: .int(Int64(number)), by: "person \(number)")
            }
            try scenario.check(won.count == 1, "\(won.count) won")
            try scenario.check(lost.count == 15 && lost.allSatisfy { $0 == .waitClosed(asked.id) }, "\(lost)")
            try scenario.check(try await scenario.wait(asked.id) == won[0], "the record isn't the winner's")
        },
        Case("an answer reaches a holder that still works as a conflict") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            let asked = scenario.approval()
            try await scenario.append([.waitOpened(asked)], under: lease, state: .executing)
            _ = try await scenario.store.answer(asked.id, with: .bool(true), by: "boss")
            try await scenario.expect(.sequenceConflict(expected: 2, actual: 3)) {
                try await scenario.append(
                    [scenario.note(1)], under: lease, expecting: 2, state: .waiting, after: .release(wakeAt: nil))
            }
            try await scenario.append([scenario.note(1)], under: lease, expecting: 3)
        },
        Case("from its expiry on a wait takes no answer, and its event closes it") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            let asked = scenario.approval()
            try await scenario.append([.waitOpened(asked)], under: lease, state: .waiting)
            scenario.clock.advance(by: .seconds(3_600))
            try await scenario.expect(.waitClosed(asked.id)) {
                try await scenario.store.answer(asked.id, with: .bool(true), by: "boss")
            }
            try scenario.check(try await scenario.wait(asked.id).status == .open, "nobody closed it")
            try await scenario.append(
                [.waitExpired(Event.WaitExpired(wait: asked.id))], under: lease, closing: [asked.id])
            try scenario.check(try await scenario.wait(asked.id).status == .expired, "it isn't expired")
        },
        Case("waits are cancelled when they are closed without an answer and when the execution ends") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            let asked = (1...4).map { scenario.approval($0) }
            try await scenario.append(asked.map { .waitOpened($0) }, under: lease, state: .waiting)
            _ = try await scenario.store.answer(asked[0].id, with: .bool(true), by: "boss")
            try await scenario.append([scenario.note(1)], under: lease, closing: [asked[1].id])
            try await scenario.complete(lease)
            var statuses: [WaitRecord.Status] = []
            for wait in asked { statuses.append(try await scenario.wait(wait.id).status) }
            try scenario.check(statuses == [.answered, .cancelled, .cancelled, .cancelled], "\(statuses)")
            try await scenario.expect(.waitClosed(asked[3].id)) {
                try await scenario.store.answer(asked[3].id, with: .bool(true), by: "boss")
            }
        },
        Case("an execution closes no waits but its own") { scenario in
            let leases = try await scenario.startAndClaim(scenario.new(1), scenario.new(2))
            let asked = scenario.approval()
            try await scenario.append([.waitOpened(asked)], under: leases[0], state: .waiting)
            let expiry = Event.waitExpired(Event.WaitExpired(wait: asked.id))
            try await scenario.append([expiry], under: leases[1], closing: [asked.id])
            try await scenario.complete(leases[1])
            try scenario.check(try await scenario.wait(asked.id).status == .open, "it was closed by another execution")
        },
        Case("an unknown wait is not found") { scenario in
            let id = WaitID(rawValue: "wait_nobody")
            try scenario.check(try await scenario.store.wait(id) == nil, "there is a record of nothing")
            try await scenario.expect(.waitNotFound(id)) {
                try await scenario.store.answer(id, with: .null, by: "ada")
            }
        },
    ]
}
