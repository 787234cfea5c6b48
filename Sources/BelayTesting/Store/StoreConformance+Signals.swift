import BelayCore

extension StoreConformance {
    private static let cancel = Event.cancelRequested(Event.CancelRequested(by: "ada"))
    private static let feedback = Event.feedbackReceived(Event.FeedbackReceived(score: 0.5, comment: "ok", by: "ada"))

    static let signals = [
        Case("a signal wakes an execution") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            try await scenario.append([scenario.note(1)], under: lease, state: .waiting, after: .release(wakeAt: nil))
            scenario.clock.advance(by: .seconds(5))
            let line = try await scenario.store.signal(Self.cancel, to: lease.execution)
            try scenario.check(
                line == JournalEvent(sequence: 3, time: scenario.clock.now, event: Self.cancel), "\(line)")
            let head = try await scenario.head(lease.execution)
            try scenario.check(head.sequence == 3 && head.updated == scenario.clock.now, "\(head)")
            try scenario.check(head.state == .waiting, "a signal changed the state")
            try scenario.check(try await scenario.store.nextDue() == scenario.clock.now, "it isn't due")
        },
        Case("a signal doesn't postpone what was due before") { scenario in
            try await scenario.start(scenario.new(2))
            scenario.clock.advance(by: .seconds(1))
            try await scenario.start(scenario.new(1))
            scenario.clock.advance(by: .seconds(1))
            _ = try await scenario.store.signal(Self.feedback, to: scenario.new(2).accepted.execution)
            let first = try await scenario.claim(1)
            try scenario.check(first.map(\.execution) == [scenario.new(2).accepted.execution], "\(first)")
        },
        Case("a holder meets a signal as a conflict, reads it and goes on") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            try await scenario.append([scenario.note(1)], under: lease)
            _ = try await scenario.store.signal(Self.cancel, to: lease.execution)
            try await scenario.expect(.sequenceConflict(expected: 2, actual: 3)) {
                try await scenario.append([scenario.note(2)], under: lease, expecting: 2)
            }
            let news = try await scenario.store.journal(of: lease.execution, after: 2, limit: 10)
            try scenario.check(news.map(\.event) == [Self.cancel], "\(news)")
            try await scenario.append([scenario.note(2)], under: lease, expecting: 3)
            try scenario.check(try await scenario.head(lease.execution).sequence == 4, "another sequence")
        },
        Case("a signal isn't lost by a release that didn't know of it") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            _ = try await scenario.store.signal(Self.cancel, to: lease.execution)
            try await scenario.expect(.sequenceConflict(expected: 1, actual: 2)) {
                try await scenario.append(
                    [scenario.note(1)], under: lease, expecting: 1, state: .waiting, after: .release(wakeAt: nil))
            }
            try await scenario.store.release(lease, wakeAt: scenario.clock.now)
            try scenario.check(try await scenario.claim().count == 1, "it isn't due")
        },
        Case("signals of many at once are all kept, in one order") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            let (lines, errors) = try await scenario.atOnce(24) { _ in
                try await scenario.store.signal(Self.feedback, to: lease.execution)
            }
            try scenario.check(errors.isEmpty, "\(errors)")
            try scenario.check(lines.map(\.sequence).sorted() == Array(2...25), "\(lines.map(\.sequence).sorted())")
            try scenario.check(try await scenario.head(lease.execution).sequence == 25, "the head lags behind")
        },
        Case("after the end only feedback is welcome, and it wakes nobody") { scenario in
            let lease = try await scenario.startAndClaim(scenario.new(1))[0]
            try await scenario.complete(lease)
            try await scenario.expect(.executionEnded(lease.execution)) {
                try await scenario.store.signal(Self.cancel, to: lease.execution)
            }
            let ended = try await scenario.head(lease.execution).ended
            scenario.clock.advance(by: .seconds(60))
            let line = try await scenario.store.signal(Self.feedback, to: lease.execution)
            try scenario.check(line.sequence == 3, "\(line)")
            let head = try await scenario.head(lease.execution)
            try scenario.check(head.sequence == 3 && head.state == .completed && head.ended == ended, "\(head)")
            try scenario.check(try await scenario.store.nextDue() == nil, "feedback planned something")
        },
    ]
}
