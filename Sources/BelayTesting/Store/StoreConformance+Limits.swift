import BelayCore

extension StoreConformance {
    static let limits = [
        Case("a limit counts the executions that it says") { scenario in
            for scope in OpenExecutionLimit.Scope.allCases {
                let limit = OpenExecutionLimit("one", per: scope, count: 1)
                let number = 10 * (OpenExecutionLimit.Scope.allCases.firstIndex(of: scope) ?? 0)
                var first = scenario.new(number + 1, tenant: "t\(number)", user: "ada", agent: "support")
                first.accepted.user.customer = "acme"
                first.keyName = "app"
                first.limits = [limit]
                let lease = try await scenario.startAndClaim(first)[0]
                // The same of what is counted, and else another, as far as that can be.
                var same = scenario.new(number + 2, tenant: "t\(number)", user: "bob", agent: "sales")
                (same.accepted.user.customer, same.keyName, same.limits) = ("apex", "web", [limit])
                switch scope {
                case .user: same.accepted.user.id = "ada"
                case .customer: same.accepted.user.customer = "acme"
                case .agent: same.accepted.agent = "support"
                case .key: (same.accepted.user.tenant, same.keyName) = ("elsewhere", "app")
                case .tenant: break
                case .everything: same.accepted.user.tenant = "elsewhere"
                }
                try await scenario.expect(.tooManyOpen(limit)) { try await scenario.start(same) }
                try scenario.check(try await scenario.store.head(of: same.accepted.execution) == nil, "written")
                // The same names, where that is somebody else.
                var other = scenario.new(number + 3, tenant: "u\(number)", user: "ada", agent: "support")
                (other.accepted.user.customer, other.keyName, other.limits) = ("acme", "web", [limit])
                if scope != .everything {
                    try await scenario.start(other)
                    for lease in try await scenario.claim() { try await scenario.complete(lease) }
                }
                try await scenario.complete(lease)
                let started = try await scenario.store.start(same)
                try scenario.check(started.open == [limit: 1], "\(started.open)")
                for lease in try await scenario.claim() { try await scenario.complete(lease) }
            }
        },
        Case("who has no customer or no key is in nobody's way") { scenario in
            let limits = [
                OpenExecutionLimit("c", per: .customer, count: 1), OpenExecutionLimit("k", per: .key, count: 1),
            ]
            for number in 1...3 {
                var new = scenario.new(number)
                new.limits = limits
                let started = try await scenario.store.start(new)
                try scenario.check(started.open.isEmpty, "\(started.open)")
            }
        },
        Case("an execution is open until it ends, also while it waits") { scenario in
            let limit = OpenExecutionLimit("two", per: .user, count: 2)
            let lease = try await scenario.startAndClaim(scenario.new(1, session: "s"))[0]
            try await scenario.append(
                [scenario.note(1)], under: lease, state: .waiting, after: .release(wakeAt: nil))
            // It queues in the session, and is open as well.
            try await scenario.start(scenario.new(2, session: "s"))
            var third = scenario.new(3)
            third.limits = [limit]
            try await scenario.expect(.tooManyOpen(limit)) { try await scenario.start(third) }
            _ = try await scenario.store.signal(.cancelRequested(.init(by: "ada")), to: lease.execution)
            try await scenario.expect(.tooManyOpen(limit)) { try await scenario.start(third) }
            try await scenario.complete(scenario.claim()[0])
            let started = try await scenario.store.start(third)
            try scenario.check(started.open == [limit: 2], "\(started.open)")
        },
        Case("starts at once don't exceed a limit") { scenario in
            let limit = OpenExecutionLimit("five", per: .user, count: 5)
            let (started, errors) = try await scenario.atOnce(40) { number in
                var new = scenario.new(number + 1)
                new.limits = [limit]
                return try await scenario.store.start(new)
            }
            try scenario.check(started.count == 5, "\(started.count) started")
            try scenario.check(errors == Array(repeating: .tooManyOpen(limit), count: 35), "\(errors)")
            try scenario.check(started.compactMap { $0.open[limit] }.sorted() == [1, 2, 3, 4, 5], "\(started)")
        },
        Case("the first limit in the way is told, and a repetition meets none") { scenario in
            let limits = [1, 2, 1].map { OpenExecutionLimit("of \($0)", per: .user, count: $0) }
            var first = scenario.new(1, key: "k")
            first.limits = [limits[1]]
            try await scenario.start(first)
            var second = scenario.new(2)
            second.limits = [limits[1], limits[0]]
            try await scenario.expect(.tooManyOpen(limits[0])) { try await scenario.start(second) }
            var again = scenario.new(3, key: "k")
            again.limits = limits
            let known = try await scenario.store.start(again)
            try scenario.check(!known.isNew && known.open.isEmpty, "\(known)")
        },
        Case("who has how many open executions is listed, those with most first") { scenario in
            for number in 1...3 {
                var new = scenario.new(number, tenant: "a", user: number == 3 ? "bob" : "ada")
                (new.accepted.user.customer, new.keyName) = (number == 1 ? nil : "acme", "app")
                try await scenario.start(new)
            }
            try await scenario.start(scenario.new(4, tenant: "b", user: "ada"))
            let over = try await scenario.start(scenario.new(5, tenant: "b", user: "ada"))
            for lease in try await scenario.claim() where lease.execution == over {
                try await scenario.complete(lease)
            }
            func list(
                _ scope: OpenExecutionLimit.Scope, tenant: String? = nil, name: String? = nil, limit: Int = 10
            ) async throws -> [String] {
                try await scenario.store.openExecutions(per: scope, tenant: tenant, name: name, limit: limit)
                    .map { "\($0.tenant)/\($0.name) \($0.count)" }
            }
            let expected: [(OpenExecutionLimit.Scope, [String])] = [
                (.user, ["a/ada 2", "a/bob 1", "b/ada 1"]), (.customer, ["a/acme 2"]),
                (.agent, ["a/support 3", "b/support 1"]), (.key, ["/app 3"]), (.tenant, ["a/a 3", "b/b 1"]),
                (.everything, ["/ 4"]),
            ]
            for (scope, counts) in expected {
                let found = try await list(scope)
                try scenario.check(found == counts, "\(scope): \(found)")
            }
            let filtered = [
                try await list(.user, tenant: "b"), try await list(.user, name: "bob"),
                try await list(.user, limit: 1), try await list(.key, tenant: "a"), try await list(.key, name: "app"),
            ]
            try scenario.check(
                filtered == [["b/ada 1"], ["a/bob 1"], ["a/ada 2"], [], ["/app 3"]], "\(filtered)")
        },
        Case("what is interrupted makes room for what interrupts it") { scenario in
            let limit = OpenExecutionLimit("one", per: .user, count: 1)
            try await scenario.start(scenario.new(1, session: "s"))
            var behind = scenario.new(2, session: "s")
            behind.limits = [limit]
            try await scenario.expect(.tooManyOpen(limit)) { try await scenario.start(behind) }
            behind.sessionPolicy = .interrupt
            let started = try await scenario.store.start(behind)
            try scenario.check(started.open == [limit: 1], "\(started.open)")
            var another = scenario.new(3, session: "t", policy: .interrupt)
            another.limits = [limit]
            try await scenario.expect(.tooManyOpen(limit)) { try await scenario.start(another) }
        },
        Case("what was asked to stop before makes no room once more") { scenario in
            let limit = OpenExecutionLimit("two", per: .user, count: 2)
            func interrupting(_ number: Int) -> NewExecution {
                var new = scenario.new(number, session: "s", policy: .interrupt)
                new.limits = [limit]
                return new
            }
            let first = try await scenario.startAndClaim(scenario.new(1, session: "s"))[0]
            for number in 2...3 {
                let open = try await scenario.store.start(interrupting(number)).open
                try scenario.check(open == [limit: number - 1], "\(open)")
            }
            // The first two have not ended yet.
            try await scenario.expect(.tooManyOpen(limit)) { try await scenario.start(interrupting(4)) }
            let asked = try await scenario.journal(first.execution).count { $0.event.name == .cancelRequested }
            try scenario.check(asked == 2, "a start that is refused asks nobody to stop, and \(asked) asked")
            try await scenario.complete(first)
            try await scenario.start(interrupting(4))
        },
        Case("a session of the same name in another tenant makes no room") { scenario in
            let limit = OpenExecutionLimit("one", per: .everything, count: 1)
            try await scenario.start(scenario.new(1, tenant: "a", session: "s"))
            var other = scenario.new(2, tenant: "b", session: "s", policy: .interrupt)
            other.limits = [limit]
            try await scenario.expect(.tooManyOpen(limit)) { try await scenario.start(other) }
            other.accepted.user.tenant = "a"
            try await scenario.start(other)
        },
        Case("who isn't named is no user") { scenario in
            let limit = OpenExecutionLimit("one", per: .user, count: 1)
            for number in 1...2 {
                var new = scenario.new(number, user: User.anonymous)
                new.limits = [limit]
                let open = try await scenario.store.start(new).open
                try scenario.check(open.isEmpty, "\(open)")
            }
            try await scenario.start(scenario.new(3))
            let users = try await scenario.store.openExecutions(per: .user, tenant: nil, name: nil, limit: 10)
            try scenario.check(users.map(\.name) == ["ada"], "\(users)")
            let tenants = try await scenario.store.openExecutions(per: .tenant, tenant: nil, name: nil, limit: 10)
            try scenario.check(tenants.map(\.count) == [3], "\(tenants)")
        },
    ]
}
