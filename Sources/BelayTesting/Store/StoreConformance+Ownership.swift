import BelayCore

extension StoreConformance {
    static let ownership = [
        Case("the holder of a lease appends, and the head follows") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            scenario.clock.advance(by: .seconds(1))
            let stored = try await scenario.append([scenario.note(1), scenario.note(2)], under: lease)
            try scenario.check(stored.map(\.sequence) == [2, 3], "sequences \(stored.map(\.sequence))")
            try scenario.check(stored.allSatisfy { $0.time == scenario.clock.now }, "an event has another time")
            let head = try await scenario.head(lease.execution)
            try scenario.check(
                head.sequence == 3 && head.state == .thinking && head.steps == 1 && head.updated == scenario.clock.now,
                "\(head)")
            let journal = try await scenario.journal(lease.execution)
            try scenario.check(journal.suffix(2) == stored[...], "\(journal)")
        },
        Case("events of a commit have the times at which they happened, as far as these fit") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            let start = scenario.clock.now
            scenario.clock.advance(by: .seconds(10))
            var head = try await scenario.head(lease.execution)
            head.sequence = 6
            // Before the journal's last event, in order, backwards, in the future, and the last one, which is the head's.
            let offsets: [Duration] = [.seconds(-5), .seconds(2), .seconds(1), .seconds(60), .seconds(3)]
            let stored = try await scenario.store.append(
                Transition(
                    lease: lease, expectedSequence: 1, events: (1...5).map(scenario.note),
                    happened: offsets.map { start.advanced(by: $0) }, head: head, after: .keep))
            let times = stored.map { start.duration(to: $0.time) }
            try scenario.check(
                times == [.zero, .seconds(2), .seconds(2), .seconds(10), .seconds(10)], "the times are \(times)")
            let journal = try await scenario.journal(lease.execution)
            try scenario.check(journal.suffix(5) == stored[...], "\(journal)")
            let updated = try await scenario.head(lease.execution).updated
            try scenario.check(updated == scenario.clock.now, "the head's time is \(updated)")
        },
        Case("an unknown execution is not found") { scenario in
            let id = ExecutionID(rawValue: "exe_nobody")
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            var head = try await scenario.head(lease.execution)
            head.id = id
            let transition = Transition(
                lease: Lease(execution: id, node: scenario.node, epoch: 1, expires: lease.expires),
                expectedSequence: 0, events: [scenario.note(1)], head: head, after: .keep)
            try await scenario.expect(.executionNotFound(id)) { try await scenario.store.append(transition) }
            try await scenario.expect(.executionNotFound(id)) { try await scenario.journal(id) }
            try await scenario.expect(.executionNotFound(id)) {
                try await scenario.store.signal(.cancelRequested(Event.CancelRequested(by: "ada")), to: id)
            }
            try scenario.check(try await scenario.store.head(of: id) == nil, "there is a head of nothing")
        },
        Case("a wrong sequence conflicts and writes nothing") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            try await scenario.append([scenario.note(1)], under: lease)
            for wrong in [0, 1, 3, 99] {
                try await scenario.expect(.sequenceConflict(expected: wrong, actual: 2)) {
                    try await scenario.append([scenario.note(2)], under: lease, expecting: wrong, closing: [])
                }
            }
            try scenario.check(try await scenario.journal(lease.execution).count == 2, "something was written")
        },
        Case("of writers that race with one lease exactly one wins each round") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            for round in 1...5 {
                let (won, lost) = try await scenario.atOnce(16) { number in
                    try await scenario.append([scenario.note(number)], under: lease, expecting: round)
                }
                try scenario.check(won.count == 1 && lost.count == 15, "\(won.count) won, \(lost.count) lost")
                try scenario.check(
                    lost.allSatisfy { $0 == .sequenceConflict(expected: round, actual: round + 1) }, "\(lost)")
            }
            let journal = try await scenario.journal(lease.execution)
            try scenario.check(journal.map(\.sequence) == Array(1...6), "\(journal.map(\.sequence))")
        },
        Case("a node whose lease was taken over can neither append nor renew nor release") { scenario in
            let old = try await scenario.startAndClaim(scenario.new(1))[0]
            scenario.clock.advance(by: StoreScenario.leaseTime)
            let taken = try await scenario.claim(by: scenario.other)
            try scenario.check(taken.map(\.epoch) == [old.epoch + 1], "\(taken)")
            try await scenario.expect(.leaseLost(old.execution)) {
                try await scenario.append([scenario.note(1)], under: old)
            }
            let renewed = try await scenario.store.renew([old], for: .seconds(60))
            try scenario.check(renewed.isEmpty, "\(renewed)")
            try await scenario.store.release(old, wakeAt: scenario.clock.now)
            try scenario.check(try await scenario.claim().isEmpty, "a stale release gave the new lease back")
            try await scenario.append([scenario.note(1)], under: taken[0])
        },
        Case("a lease holds for one node: the same epoch under another name is no lease") { scenario in
            var lease = try await scenario.startAndClaim(scenario.new(1))[0]
            lease.node = scenario.other
            try await scenario.expect(.leaseLost(lease.execution)) {
                try await scenario.append([scenario.note(1)], under: lease)
            }
        },
        Case("a lease that expired and that nobody took still holds") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            scenario.clock.advance(by: .seconds(60))
            try await scenario.append([scenario.note(1)], under: lease)
            let renewed = try await scenario.store.renew([lease], for: .seconds(5))
            try scenario.check(renewed.first?.expires == scenario.clock.now.advanced(by: .seconds(5)), "\(renewed)")
            try scenario.check(try await scenario.claim(by: scenario.other).isEmpty, "a renewed lease was taken")
        },
        Case("renewing prolongs the leases that hold and leaves out the others") { scenario in
            let leases = try await scenario.startAndClaim(scenario.new(1), scenario.new(2), scenario.new(3))
            try await scenario.complete(leases[1])
            scenario.clock.advance(by: .seconds(4))
            let renewed = try await scenario.store.renew(leases, for: .seconds(10))
            try scenario.check(renewed.map(\.execution) == [leases[0].execution, leases[2].execution], "\(renewed)")
            let expiry = scenario.clock.now.advanced(by: .seconds(10))
            try scenario.check(renewed.allSatisfy { $0.expires == expiry }, "\(renewed)")
            try scenario.check(try await scenario.store.nextDue() == expiry, "the next due is not the new expiry")
        },
        Case("executions that end give their lease back for good") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            try await scenario.complete(lease)
            let head = try await scenario.head(lease.execution)
            try scenario.check(head.state == .completed && head.ended == scenario.clock.now, "\(head)")
            try await scenario.expect(.leaseLost(lease.execution)) {
                try await scenario.append([scenario.note(1)], under: lease)
            }
            scenario.clock.advance(by: .seconds(3_600))
            try scenario.check(try await scenario.claim().isEmpty, "an ended execution was claimed")
            try scenario.check(try await scenario.store.nextDue() == nil, "an ended execution is due")
        },
        Case("many executions append at once and each journal stays dense") { scenario in
            for number in 1...40 { try await scenario.start(scenario.new(number)) }
            let leases = try await scenario.claim()
            let (_, errors) = try await scenario.atOnce(leases.count) { index in
                for step in 1...10 { try await scenario.append([scenario.note(step)], under: leases[index]) }
            }
            try scenario.check(errors.isEmpty, "\(errors)")
            for lease in leases {
                let journal = try await scenario.journal(lease.execution)
                try scenario.check(journal.map(\.sequence) == Array(1...11), "\(journal.map(\.sequence))")
                try scenario.check(journal.dropFirst().map(\.event) == (1...10).map(scenario.note), "\(journal)")
            }
        },
    ]
}
