import BelayCore

extension StoreConformance {
    static let claims = [
        Case("a claim leases what is due, once") { scenario in
            let leases = try await scenario.startAndClaim(scenario.new(1), scenario.new(2))
            let expiry = scenario.clock.now.advanced(by: StoreScenario.leaseTime)
            try scenario.check(
                leases.allSatisfy { $0.node == scenario.node && $0.epoch == 1 && $0.expires == expiry }, "\(leases)")
            try scenario.check(try await scenario.claim(by: scenario.other).isEmpty, "a lease was given twice")
            try scenario.check(try await scenario.store.nextDue() == expiry, "the next due is not the expiry")
        },
        Case("nodes that claim at once share the work without overlap") { scenario in
            for number in 1...60 { try await scenario.start(scenario.new(number, tenant: "t\(number % 4)")) }
            let (claimed, errors) = try await scenario.atOnce(8) { number in
                try await scenario.claim(10, by: NodeID(rawValue: "node_\(number)"))
            }
            try scenario.check(errors.isEmpty, "\(errors)")
            let ids = claimed.flatMap { $0 }.map(\.execution)
            try scenario.check(
                ids.count == 60 && Set(ids).count == 60, "\(ids.count) leases, \(Set(ids).count) executions")
        },
        Case("a tenant with much to do doesn't keep the others waiting") { scenario in
            for number in 1...20 { try await scenario.start(scenario.new(number, tenant: "big")) }
            scenario.clock.advance(by: .seconds(1))
            try await scenario.start(scenario.new(21, tenant: "small"))
            try await scenario.start(scenario.new(22, tenant: "tiny"))
            let tenants = try await scenario.tenants(of: scenario.claim(3))
            try scenario.check(Set(tenants) == ["big", "small", "tiny"], "\(tenants)")
            let rest = try await scenario.claim(100)
            try scenario.check(rest.count == 19, "\(rest.count) left")
        },
        Case("small claims one after the other are as fair as a large one") { scenario in
            for number in 1...20 { try await scenario.start(scenario.new(number, tenant: "big")) }
            scenario.clock.advance(by: .seconds(1))
            try await scenario.start(scenario.new(21, tenant: "small"))
            var tenants: [String] = []
            for _ in 1...2 { tenants += try await scenario.tenants(of: scenario.claim(1)) }
            try scenario.check(Set(tenants) == ["big", "small"], "\(tenants)")
        },
        Case("the tenant that has the fewest executions under way comes first") { scenario in
            for number in 1...20 { try await scenario.start(scenario.new(number, tenant: "big")) }
            let held = try await scenario.claim(6)
            for number in 21...24 { try await scenario.start(scenario.new(number, tenant: "late")) }
            try await scenario.start(scenario.new(25, tenant: "new"))
            var tenants: [String] = []
            // Whichever node has room: what the others have under way counts as well.
            for _ in 1...5 { tenants += try await scenario.tenants(of: scenario.claim(1, by: scenario.other)) }
            try scenario.check(tenants == ["late", "new", "late", "late", "late"], "\(tenants)")
            for lease in held.prefix(3) { try await scenario.complete(lease) }
            // Three of `big` are under way, and four of `late`, which has nothing else to do.
            for number in 26...28 { try await scenario.start(scenario.new(number, tenant: "late")) }
            let next = try await scenario.tenants(of: scenario.claim(3))
            try scenario.check(next == ["big", "late", "big"], "\(next)")
        },
        Case("in one claim, too, leases go to those who have the fewest") { scenario in
            for number in 1...4 { try await scenario.start(scenario.new(number, tenant: "a")) }
            _ = try await scenario.claim(3)
            for number in 5...9 { try await scenario.start(scenario.new(number, tenant: "b")) }
            for number in 10...14 { try await scenario.start(scenario.new(number, tenant: "c")) }
            let leases = try await scenario.tenants(of: scenario.claim(6))
            try scenario.check(leases == ["b", "c", "b", "c", "b", "c"], "\(leases)")
        },
        Case("tenants whose names differ in bytes only have their leases") { scenario in
            for (number, tenant) in ["caf\u{E9}", "cafe\u{301}", "caf\u{E9}"].enumerated() {
                try await scenario.start(scenario.new(number + 1, tenant: tenant))
            }
            for _ in 1...3 {
                let leases = try await scenario.claim(1)
                try scenario.check(leases.count == 1, "\(leases)")
            }
        },
        Case("an execution that waits, or whose lease ran out, is not under way") { scenario in
            for number in 1...3 { try await scenario.start(scenario.new(number, tenant: "a")) }
            let leases = try await scenario.claim(2)
            try await scenario.append(
                [scenario.note(1)], under: leases[0], state: .waiting, after: .release(wakeAt: nil))
            scenario.clock.advance(by: StoreScenario.leaseTime)
            try await scenario.start(scenario.new(4, tenant: "b"))
            let first = try await scenario.claim(1)
            try scenario.check(try await scenario.tenants(of: first) == ["b"], "it was not the turn of b")
            let rest = try await scenario.claim(2).map(\.execution)
            try scenario.check(rest == [scenario.new(3).accepted.execution, leases[1].execution], "\(rest)")
        },
        Case("within a tenant the longest due comes first") { scenario in
            for number in [3, 1, 2] {
                try await scenario.start(scenario.new(number))
                scenario.clock.advance(by: .seconds(1))
            }
            var order: [String] = []
            for _ in 1...3 { order += try await scenario.claim(1).map { String($0.execution.rawValue.suffix(1)) } }
            try scenario.check(order == ["3", "1", "2"], "\(order)")
        },
        Case("a released execution sleeps until its time") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            let wakeAt = scenario.clock.now.advanced(by: .seconds(30))
            try await scenario.append(
                [scenario.note(1)], under: lease, state: .waiting, after: .release(wakeAt: wakeAt))
            try scenario.check(try await scenario.store.nextDue() == wakeAt, "the next due is another time")
            scenario.clock.advance(by: .milliseconds(29_999))
            try scenario.check(try await scenario.claim().isEmpty, "claimed too early")
            scenario.clock.advance(by: .milliseconds(1))
            try scenario.check(try await scenario.claim().map(\.epoch) == [2], "not claimed in time")
            try await scenario.expect(.leaseLost(lease.execution)) {
                try await scenario.append([scenario.note(2)], under: lease)
            }
        },
        Case("an execution released without a time is never due by itself") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            try await scenario.append([scenario.note(1)], under: lease, state: .waiting, after: .release(wakeAt: nil))
            scenario.clock.advance(by: .seconds(1_000_000))
            try scenario.check(try await scenario.store.nextDue() == nil, "something is planned")
            try scenario.check(try await scenario.claim().isEmpty, "it was claimed")
        },
        Case("a lease given back leaves nothing but the time of the next try") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            let (head, journal) = (
                try await scenario.head(lease.execution), try await scenario.journal(lease.execution)
            )
            scenario.clock.advance(by: .seconds(1))
            let wakeAt = scenario.clock.now.advanced(by: .seconds(60))
            try await scenario.store.release(lease, wakeAt: wakeAt)
            // Nobody's any more: the second time is ignored.
            try await scenario.store.release(lease, wakeAt: scenario.clock.now)
            try scenario.check(try await scenario.store.nextDue() == wakeAt, "it is planned for another time")
            try scenario.check(try await scenario.head(lease.execution) == head, "the head changed")
            try scenario.check(try await scenario.journal(lease.execution) == journal, "the journal changed")
            scenario.clock.advance(by: .milliseconds(59_999))
            try scenario.check(try await scenario.claim().isEmpty, "it was due early")
            scenario.clock.advance(by: .milliseconds(1))
            try scenario.check(try await scenario.claim(by: scenario.other).map(\.epoch) == [2], "it was not claimed")
        },
        Case("a lease given back with a time that is past makes the execution due at once") { scenario in
            scenario.clock.advance(by: .seconds(60))
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            try await scenario.store.release(lease, wakeAt: scenario.clock.now.advanced(by: .seconds(-30)))
            try scenario.check(try await scenario.claim().map(\.epoch) == [2], "it was not claimed")
        },
        Case("a signal wakes an execution that was given back for later") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            try await scenario.store.release(lease, wakeAt: scenario.clock.now.advanced(by: .seconds(60)))
            _ = try await scenario.store.signal(
                .cancelRequested(Event.CancelRequested(by: "ada")), to: lease.execution)
            try scenario.check(try await scenario.claim().map(\.epoch) == [2], "it sleeps on")
        },
        Case("giving back a lease of an unknown execution is ignored") { scenario in
            var lease = try await scenario.startAndClaim(scenario.new(1))[0]
            lease.execution = scenario.new(2).accepted.execution
            try await scenario.store.release(lease, wakeAt: scenario.clock.now)
            try scenario.check(try await scenario.claim().isEmpty, "another lease was given back")
        },
        Case("a claim for one execution takes that one, and knows of no other") { scenario in
            for number in 1...3 {
                try await scenario.start(scenario.new(number))
                scenario.clock.advance(by: .seconds(1))
            }
            let scope = ClaimScope.execution(scenario.new(2).accepted.execution)
            let due = try await scenario.store.nextDue(within: scope)
            try scenario.check(due == scenario.clock.now.advanced(by: .seconds(-2)), "the due time is another's")
            let leases = try await scenario.claim(within: scope)
            try scenario.check(leases.map(\.execution) == [scenario.new(2).accepted.execution], "\(leases)")
            try scenario.check(try await scenario.claim(within: scope).isEmpty, "it was leased twice")
            let expiry = try await scenario.store.nextDue(within: scope)
            try scenario.check(expiry == leases.first?.expires, "the next due is not the expiry")
            let none = ClaimScope.execution(scenario.new(9).accepted.execution)
            try scenario.check(try await scenario.store.nextDue(within: none) == nil, "an unknown one is planned")
            try scenario.check(try await scenario.claim(within: none).isEmpty, "something else was leased")
            try scenario.check(try await scenario.claim().count == 2, "the others are gone")
        },
        Case("a claim for a session takes what is due of it in its tenant") { scenario in
            try await scenario.start(scenario.new(1, session: "a"))
            try await scenario.start(scenario.new(2, session: "a"))
            try await scenario.start(scenario.new(3, session: "b"))
            try await scenario.start(scenario.new(4, tenant: "other", session: "a"))
            try await scenario.start(scenario.new(5))
            let scope = ClaimScope.session(SessionID(rawValue: "ses_a"), tenant: "default")
            let first = try await scenario.claim(within: scope)
            try scenario.check(first.map(\.execution) == [scenario.new(1).accepted.execution], "\(first)")
            try await scenario.complete(first[0])
            let second = try await scenario.claim(within: scope)
            try scenario.check(second.map(\.execution) == [scenario.new(2).accepted.execution], "\(second)")
            try await scenario.complete(second[0])
            try scenario.check(try await scenario.store.nextDue(within: scope) == nil, "something is planned")
        },
        Case("a claim for one execution takes nobody's turn") { scenario in
            for number in 1...3 { try await scenario.start(scenario.new(number, tenant: "a")) }
            try await scenario.start(scenario.new(4, tenant: "b"))
            _ = try await scenario.claim(1)
            _ = try await scenario.claim(within: .execution(scenario.new(4).accepted.execution))
            try await scenario.start(scenario.new(5, tenant: "b"))
            let next = try await scenario.tenants(of: scenario.claim(1))
            try scenario.check(next == ["b"], "\(next)")
        },
        Case("what was not planned is not claimed") { scenario in
            try scenario.check(try await scenario.claim().isEmpty, "an empty store gave a lease")
            try scenario.check(try await scenario.store.nextDue() == nil, "an empty store has a plan")
            try await scenario.start(scenario.new(1))
            try scenario.check(try await scenario.claim(0).isEmpty, "a claim for nothing gave a lease")
            try await scenario.store.check()
        },
    ]
}
