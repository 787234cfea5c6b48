import BelayCore

extension StoreConformance {
    static let sessions = [
        Case("a session's next execution waits for its turn and goes on with the last") { scenario in
            let first = try await scenario.startAndClaim(scenario.new(1, session: "s"))[0]
            for number in 2...3 { try await scenario.start(scenario.new(number, session: "s")) }
            var holder = first
            for number in 2...3 {
                try scenario.check(try await scenario.claim().isEmpty, "\(number) didn't wait")
                scenario.clock.advance(by: .seconds(1))
                try await scenario.complete(holder)
                let next = try await scenario.claim()
                let expected = scenario.new(number).accepted.execution
                try scenario.check(next.map(\.execution) == [expected], "\(next)")
                guard case .accepted(let accepted)? = try await scenario.journal(expected).first?.event else {
                    throw Violation(description: "no first event")
                }
                try scenario.check(accepted.continues == holder.execution, "continues \(accepted.continues as Any)")
                holder = next[0]
            }
        },
        Case("after the end of a session's last execution the next is due at once") { scenario in
            let first = try await scenario.startAndClaim(scenario.new(1, session: "s"))[0]
            try await scenario.complete(first)
            let second = try await scenario.startAndClaim(scenario.new(2, session: "s", policy: .reject))[0]
            guard case .accepted(let accepted)? = try await scenario.journal(second.execution).first?.event else {
                throw Violation(description: "no first event")
            }
            try scenario.check(accepted.continues == first.execution, "continues \(accepted.continues as Any)")
        },
        Case("a busy session refuses when it shall") { scenario in
            let first = try await scenario.startAndClaim(scenario.new(1, session: "s"))[0]
            let second = scenario.new(2, session: "s", key: "k", policy: .reject)
            try await scenario.expect(.sessionBusy(SessionID(rawValue: "ses_s"))) {
                try await scenario.start(second)
            }
            try scenario.check(try await scenario.store.head(of: second.accepted.execution) == nil, "written")
            try await scenario.complete(first)
            try scenario.check(try await scenario.store.start(second).isNew, "refused after the end")
        },
        Case("an interruption asks the running execution to stop and queues behind it") { scenario in
            let first = try await scenario.startAndClaim(scenario.new(1, session: "s"))[0]
            try await scenario.start(scenario.new(2, session: "s", policy: .interrupt))
            let journal = try await scenario.journal(first.execution)
            try scenario.check(
                journal.map(\.event).last == .cancelRequested(Event.CancelRequested(by: "ada")), "\(journal)")
            try scenario.check(try await scenario.head(first.execution).sequence == 2, "the head lags behind")
            try scenario.check(try await scenario.claim().isEmpty, "the second didn't wait")
            try await scenario.expect(.sequenceConflict(expected: 1, actual: 2)) {
                try await scenario.append([scenario.note(1)], under: first, expecting: 1)
            }
            try await scenario.append(
                [.cancelled(Event.Cancelled())], under: first, state: .cancelled, after: .end)
            try scenario.check(try await scenario.claim().count == 1, "the second isn't due")
        },
        Case("an interruption wakes an execution that waits") { scenario in
            let first = try await scenario.startAndClaim(scenario.new(1, session: "s"))[0]
            try await scenario.append([scenario.note(1)], under: first, state: .waiting, after: .release(wakeAt: nil))
            try await scenario.start(scenario.new(2, session: "s", policy: .interrupt))
            try scenario.check(try await scenario.claim().map(\.execution) == [first.execution], "it sleeps on")
        },
        Case("an execution cancelled in the queue ends alone; its successor still waits for the first") { scenario in
            let first = try await scenario.startAndClaim(scenario.new(1, session: "s"))[0]
            let second = try await scenario.start(scenario.new(2, session: "s"))
            let third = try await scenario.start(scenario.new(3, session: "s"))
            let feedback = Event.feedbackReceived(Event.FeedbackReceived(score: 1, by: "ada"))
            _ = try await scenario.store.signal(feedback, to: second)
            try scenario.check(try await scenario.claim().isEmpty, "feedback let it jump the queue")
            _ = try await scenario.store.signal(.cancelRequested(Event.CancelRequested(by: "ada")), to: second)
            let cancelled = try await scenario.claim()
            try scenario.check(cancelled.map(\.execution) == [second], "\(cancelled)")
            try await scenario.append(
                [.cancelled(Event.Cancelled())], under: cancelled[0], state: .cancelled, after: .end)
            try scenario.check(try await scenario.claim().isEmpty, "the third didn't wait for the first")
            try await scenario.start(scenario.new(4, session: "s"))
            try scenario.check(try await scenario.claim().isEmpty, "the fourth didn't wait")
            try await scenario.complete(first)
            try scenario.check(try await scenario.claim().map(\.execution) == [third], "it isn't the third's turn")
        },
        Case("sessions of two tenants don't meet") { scenario in
            try await scenario.start(scenario.new(1, tenant: "a", session: "s"))
            try await scenario.start(scenario.new(2, tenant: "b", session: "s", policy: .reject))
            try scenario.check(try await scenario.claim().count == 2, "one waits for the other")
        },
        Case("a session is its user's: another user of the tenant is refused by every policy") { scenario in
            let first = try await scenario.startAndClaim(scenario.new(1, user: "ada", session: "s"))[0]
            for hasEnded in [false, true] {
                if hasEnded { try await scenario.complete(first) }
                let journal = try await scenario.journal(first.execution)
                for (number, policy) in [SessionPolicy.enqueue, .reject, .interrupt].enumerated() {
                    let foreign = scenario.new(number + 2, user: "bob", session: "s", key: "k", policy: policy)
                    try await scenario.expect(.sessionOfAnotherUser(SessionID(rawValue: "ses_s"))) {
                        try await scenario.start(foreign)
                    }
                    let head = try await scenario.store.head(of: foreign.accepted.execution)
                    try scenario.check(head == nil, "\(policy) wrote \(head as Any)")
                }
                try scenario.check(try await scenario.journal(first.execution) == journal, "the first one heard of it")
            }
            let next = try await scenario.start(scenario.new(5, user: "ada", session: "s", key: "k"))
            guard case .accepted(let accepted)? = try await scenario.journal(next).first?.event else {
                throw Violation(description: "no first event")
            }
            try scenario.check(accepted.continues == first.execution, "continues \(accepted.continues as Any)")
        },
    ]
}
