import BelayCore

extension StoreConformance {
    static let starting = [
        Case("a start writes the first event and an idle head") { scenario in
            let new = scenario.new(1, tenant: "acme", task: String(repeating: "ä", count: 300))
            let started = try await scenario.store.start(new)
            let head = try await scenario.head(new.accepted.execution)
            try scenario.check(started == StartedExecution(head: head, isNew: true), "\(started)")
            try scenario.check(
                head.state == .idle && head.sequence == 1 && head.user == new.accepted.user
                    && head.task.count == 200 && head.started == scenario.clock.now && head.ended == nil, "\(head)")
            let expected = JournalEvent(sequence: 1, time: scenario.clock.now, event: .accepted(new.accepted))
            try scenario.check(try await scenario.journal(head.id) == [expected], "another journal")
        },
        Case("the same request with the same key runs once") { scenario in
            let first = try await scenario.store.start(scenario.new(1, key: "k"))
            scenario.clock.advance(by: .seconds(100))
            let second = try await scenario.store.start(scenario.new(2, key: "k"))
            try scenario.check(!second.isNew && second.head == first.head, "\(second)")
            try scenario.check(try await scenario.claim().count == 1, "it would run twice")
        },
        Case("a key that was used with another request is refused") { scenario in
            try await scenario.start(scenario.new(1, key: "k"))
            try await scenario.expect(.idempotencyConflict(key: "k")) {
                try await scenario.start(scenario.new(2, key: "k", digest: "another"))
            }
            try scenario.check(try await scenario.store.head(of: scenario.new(2).accepted.execution) == nil, "written")
        },
        Case("tenants use the same key without meeting") { scenario in
            try await scenario.start(scenario.new(1, tenant: "a", key: "k"))
            let other = try await scenario.store.start(scenario.new(2, tenant: "b", key: "k", digest: "another"))
            try scenario.check(other.isNew, "a key crossed the border between tenants")
        },
        Case("of starts with one key at once one is new") { scenario in
            let (started, errors) = try await scenario.atOnce(32) { number in
                try await scenario.store.start(scenario.new(number + 1, key: "k"))
            }
            try scenario.check(errors.isEmpty, "\(errors)")
            try scenario.check(started.filter(\.isNew).count == 1, "\(started.filter(\.isNew).count) are new")
            try scenario.check(Set(started.map(\.head.id)).count == 1, "several executions")
            let heads = try await scenario.store.heads(ExecutionFilter(), after: nil, limit: 100)
            try scenario.check(heads.items.count == 1, "\(heads.items.count) executions")
        },
        Case("a start may be repeated without a key as well") { scenario in
            let first = try await scenario.store.start(scenario.new(1))
            let second = try await scenario.store.start(scenario.new(1))
            try scenario.check(!second.isNew && second.head == first.head, "\(second)")
            let id = first.head.id
            try await scenario.expect(.idempotencyConflict(key: id.rawValue)) {
                try await scenario.start(scenario.new(1, digest: "another"))
            }
        },
    ]
}
