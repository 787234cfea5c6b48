import BelayCore
import BelayJSON

extension StoreConformance {
    static let lists = [
        Case("pages of executions run from new to old without gaps or repeats") { scenario in
            for number in 1...50 { try await scenario.start(scenario.new(number, tenant: "t\(number % 2)")) }
            var ids: [ExecutionID] = []
            var cursor: Cursor?
            repeat {
                let page = try await scenario.store.heads(ExecutionFilter(tenant: "t0"), after: cursor, limit: 7)
                try scenario.check(page.items.count == 7 || page.next == nil, "a short page in the middle")
                ids += page.items.map(\.id)
                cursor = try page.next.map { try Cursor(text: $0.description) }
                // What comes in meanwhile doesn't disturb the pages behind.
                try await scenario.start(scenario.new(100 + ids.count, tenant: "t0"))
            } while cursor != nil && ids.count < 100
            let expected = (1...25).reversed().map { scenario.new($0 * 2).accepted.execution }
            try scenario.check(ids == expected, "\(ids)")
        },
        Case("a page that just fits is the last") { scenario in
            for number in 1...6 { try await scenario.start(scenario.new(number)) }
            let page = try await scenario.store.heads(ExecutionFilter(), after: nil, limit: 6)
            try scenario.check(page.items.count == 6 && page.next == nil, "\(page.items.count), \(page.next as Any)")
        },
        Case("executions are found by tenant, state, agent, user and session") { scenario in
            let leases = try await scenario.startAndClaim(
                scenario.new(1, tenant: "a", user: "u", agent: "x", session: "s"),
                scenario.new(2, tenant: "a", user: "v", agent: "y"), scenario.new(3, tenant: "b", user: "u", agent: "x")
            )
            try await scenario.append([scenario.note(1)], under: leases[1], state: .waiting)
            try await scenario.complete(leases[2])
            let questions: [(ExecutionFilter, [Int])] = [
                (ExecutionFilter(), [3, 2, 1]), (ExecutionFilter(tenant: "a"), [2, 1]),
                (ExecutionFilter(tenant: "nobody"), []), (ExecutionFilter(states: [.waiting]), [2]),
                (ExecutionFilter(states: [.completed, .failed]), [3]),
                (ExecutionFilter(states: [.idle, .completed]), [3, 1]), (ExecutionFilter(states: []), []),
                (ExecutionFilter(agent: "x"), [3, 1]), (ExecutionFilter(tenant: "a", user: "u"), [1]),
                (ExecutionFilter(tenant: "a", session: SessionID(rawValue: "ses_s")), [1]),
            ]
            for (filter, expected) in questions {
                let found = try await scenario.store.heads(filter, after: nil, limit: 10).items.map(\.id)
                try scenario.check(
                    found == expected.map { scenario.new($0).accepted.execution }, "\(filter) finds \(found)")
            }
        },
        Case("pages of waits run from new to old and are found by tenant, kind, status and execution") { scenario in
            let leases = try await scenario.startAndClaim(scenario.new(1, tenant: "a"), scenario.new(2, tenant: "b"))
            for number in 1...10 {
                var wait = scenario.approval(number)
                if number % 5 == 0 { wait.kind = .input }
                try await scenario.append([.waitOpened(wait)], under: leases[number % 2], state: .waiting)
            }
            _ = try await scenario.store.answer(scenario.approval(8).id, with: .bool(true), by: "boss")
            let questions: [(WaitFilter, [Int])] = [
                (WaitFilter(), [10, 9, 7, 6, 5, 4, 3, 2, 1]), (WaitFilter(status: nil), Array((1...10).reversed())),
                (WaitFilter(tenant: "a"), [10, 6, 4, 2]), (WaitFilter(status: .answered), [8]),
                (WaitFilter(kinds: [.input]), [10, 5]), (WaitFilter(kinds: []), []),
                (WaitFilter(execution: leases[1].execution), [9, 7, 5, 3, 1]),
            ]
            for (filter, expected) in questions {
                var found: [WaitID] = []
                var cursor: Cursor?
                repeat {
                    let page = try await scenario.store.waits(filter, after: cursor, limit: 2)
                    found += page.items.map(\.wait.id)
                    cursor = page.next
                } while cursor != nil && found.count < 20
                try scenario.check(found == expected.map { scenario.approval($0).id }, "\(filter) finds \(found)")
            }
        },
        Case("a cursor of another list is refused") { scenario in
            try await scenario.start(scenario.new(1))
            for cursor in [Cursor(last: scenario.approval().id.rawValue), Cursor(last: "rubbish")] {
                do {
                    let page = try await scenario.store.heads(ExecutionFilter(), after: cursor, limit: 10)
                    throw Violation(description: "got \(page.items.count) executions")
                } catch is CursorError {}
            }
            do {
                let cursor = Cursor(last: scenario.new(1).accepted.execution.rawValue)
                let page = try await scenario.store.waits(WaitFilter(), after: cursor, limit: 10)
                throw Violation(description: "got \(page.items.count) waits")
            } catch is CursorError {}
        },
        Case("a journal is read in pages") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            try await scenario.append((1...24).map(scenario.note), under: lease)
            var sequences: [Int] = []
            while true {
                let page = try await scenario.store.journal(of: lease.execution, after: sequences.last ?? 0, limit: 10)
                guard !page.isEmpty else { break }
                sequences += page.map(\.sequence)
            }
            try scenario.check(sequences == Array(1...25), "\(sequences)")
        },
    ]

    static let contents = [
        Case("events come back as they were written") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            let failure = ToolFailure(.timeout, "no answer within 30 s")
            let events: [Event] = [
                .toolCallDispatched(
                    Event.ToolCallDispatched(callID: "c", idempotencyKey: "k", argumentsDigest: "d", attempt: 2)),
                .toolCallFailed(Event.ToolCallFailed(callID: "c", failure: failure, milliseconds: 30_000)),
                .toolCallSucceeded(
                    Event.ToolCallSucceeded(
                        callID: "c", output: "{\"a\": 1.50, \"b\": \"\\u0000 é 🧗\"}\n", milliseconds: 1)),
                .waitOpened(scenario.approval(context: ["exact": 12_345_678_901_234_567, "deep": [["x": .null]]])),
                .completed(Event.Completed(output: "", reason: .maxToolCalls)),
            ]
            try await scenario.append(events, under: lease)
            let read = try await scenario.journal(lease.execution).dropFirst().map(\.event)
            try scenario.check(read == events, "\(read)")
        },
        Case("large texts come back, however often they are said") { scenario in
            let text = String(repeating: "All work and no play. ", count: 2_000)
            let lease = try await scenario.startAndClaim(scenario.new(1, task: text, key: "k"))[0]
            let asked = scenario.approval(context: ["page": .string(text), "again": [.string(text)]])
            let output = Event.toolCallSucceeded(
                Event.ToolCallSucceeded(callID: "c", output: text, milliseconds: 1))
            try await scenario.append([output, .waitOpened(asked), output], under: lease, state: .waiting)
            _ = try await scenario.store.answer(asked.id, with: .string(text), by: "boss")
            let events = try await scenario.journal(lease.execution).map(\.event)
            let answer = Event.waitAnswered(Event.WaitAnswered(wait: asked.id, answer: .string(text), by: "boss"))
            let expected = [
                .accepted(scenario.new(1, task: text).accepted), output, .waitOpened(asked), output, answer,
            ]
            try scenario.check(events == expected, "the journal differs")
            let record = try await scenario.wait(asked.id)
            try scenario.check(record.wait == asked && record.answer == .string(text), "the wait differs")
        },
        Case("what looks like the store's own notation is data") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            let tricky: [JSON] = [
                ["$content": "abc"], ["$content": .string(String(repeating: "x", count: 20_000))],
                ["$object": ["$content": "abc"]], ["a": ["$object": 1]], "$content",
            ]
            let asked = scenario.approval(context: .array(tricky))
            try await scenario.append([.waitOpened(asked)], under: lease, state: .waiting)
            let read = try await scenario.journal(lease.execution).last?.event
            try scenario.check(read == .waitOpened(asked), "\(read as Any)")
            try scenario.check(try await scenario.wait(asked.id).wait == asked, "the wait differs")
        },
    ]
}
