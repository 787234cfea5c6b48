import BelayResilience
import BelayTesting
import Testing

struct CircuitBreakerStateMachineTests {
    typealias Machine = CircuitBreakerStateMachine

    /// Admits a call that has to pass.
    private func admit(_ machine: inout Machine, at now: Moment) throws -> Machine.Admission {
        guard case .admitted(let admission, _) = machine.admit(at: now) else {
            throw CircuitOpen(dependency: "test", retryAfter: machine.refusal(at: now) ?? .zero)
        }
        return admission
    }

    private func fail(_ machine: inout Machine, times: Int, at now: Moment) throws -> [Machine.Transition] {
        try (0..<times).compactMap { _ in
            let admission = try self.admit(&machine, at: now)
            return machine.record(.failure, of: admission, at: now)
        }
    }

    @Test func opensAtTheFifthConsecutiveFailure() throws {
        var machine = Machine()
        #expect(try self.fail(&machine, times: 4, at: .seconds(1)).isEmpty)
        let transitions = try self.fail(&machine, times: 1, at: .seconds(2))
        #expect(transitions.map(\.to) == [.open])
        #expect(machine.admit(at: .seconds(12)) == .rejected(retryAfter: .seconds(50)))
    }

    @Test func aSuccessForgetsTheFailuresBeforeIt() throws {
        var machine = Machine()
        _ = try self.fail(&machine, times: 4, at: .seconds(1))
        let admission = try self.admit(&machine, at: .seconds(1))
        #expect(machine.record(.success, of: admission, at: .seconds(1)) == nil)
        #expect(try self.fail(&machine, times: 4, at: .seconds(1)).isEmpty)
        #expect(machine.circuit == .closed)
    }

    @Test func theCallersOwnFaultsDoNotCount() throws {
        var machine = Machine()
        _ = try self.fail(&machine, times: 4, at: .seconds(1))
        for _ in 0..<100 {
            let admission = try self.admit(&machine, at: .seconds(1))
            #expect(machine.record(.ignored, of: admission, at: .seconds(1)) == nil)
        }
        #expect(try self.fail(&machine, times: 1, at: .seconds(1)).map(\.to) == [.open], "Nor do they forgive.")
    }

    @Test func oneProbeAtATimePassesAndTwoSuccessesClose() throws {
        var machine = Machine()
        _ = try self.fail(&machine, times: 5, at: .seconds(0))
        guard case .admitted(let first, let transition?) = machine.admit(at: .seconds(60)) else {
            Issue.record("The recovery timeout is over.")
            return
        }
        #expect(transition.from == .open && transition.to == .halfOpen)
        #expect(machine.admit(at: .seconds(61)) == .rejected(retryAfter: .seconds(59)))
        #expect(machine.record(.success, of: first, at: .seconds(62)) == nil)
        #expect(machine.circuit == .halfOpen)
        let second = try self.admit(&machine, at: .seconds(62))
        #expect(machine.admit(at: .seconds(62)) == .rejected(retryAfter: .seconds(60)))
        #expect(machine.record(.success, of: second, at: .seconds(63))?.to == .closed)
    }

    @Test func aFailedProbeOpensForAnotherRecoveryTimeout() throws {
        var machine = Machine()
        _ = try self.fail(&machine, times: 5, at: .seconds(0))
        let probe = try self.admit(&machine, at: .seconds(70))
        #expect(machine.record(.failure, of: probe, at: .seconds(75))?.to == .open)
        #expect(machine.admit(at: .seconds(76)) == .rejected(retryAfter: .seconds(59)))
    }

    @Test func anIgnoredProbeMakesRoomForTheNext() throws {
        var machine = Machine()
        _ = try self.fail(&machine, times: 5, at: .seconds(0))
        let probe = try self.admit(&machine, at: .seconds(60))
        #expect(machine.record(.ignored, of: probe, at: .seconds(61)) == nil)
        #expect(machine.refusal(at: .seconds(61)) == nil)
    }

    @Test func aProbeThatNeverReportsLapsesAndItsLateAnswerIsIgnored() throws {
        var machine = Machine(policy: CircuitBreakerPolicy(probeTimeout: .seconds(10)))
        _ = try self.fail(&machine, times: 5, at: .seconds(0))
        let lost = try self.admit(&machine, at: .seconds(60))
        #expect(machine.admit(at: .seconds(69)) == .rejected(retryAfter: .seconds(1)))
        let next = try self.admit(&machine, at: .seconds(70))
        #expect(machine.record(.failure, of: lost, at: .seconds(71)) == nil)
        #expect(machine.circuit == .halfOpen)
        #expect(machine.record(.failure, of: next, at: .seconds(72))?.to == .open)
    }

    @Test func aProbeThatReportsTwiceCountsOnce() throws {
        var machine = Machine()
        _ = try self.fail(&machine, times: 5, at: .seconds(0))
        let probe = try self.admit(&machine, at: .seconds(60))
        _ = machine.record(.success, of: probe, at: .seconds(61))
        #expect(machine.record(.success, of: probe, at: .seconds(61)) == nil)
        #expect(machine.circuit == .halfOpen)
    }

    @Test func lateAnswersOfCallsFromBeforeTheCircuitOpenedAreIgnored() throws {
        var machine = Machine()
        let early = try (0..<20).map { _ in try self.admit(&machine, at: .seconds(0)) }
        _ = try self.fail(&machine, times: 5, at: .seconds(0))
        #expect(machine.record(.success, of: early[0], at: .seconds(1)) == nil)
        #expect(machine.circuit == .open, "A late success does not close an open circuit.")
        for _ in 0..<2 {
            let probe = try self.admit(&machine, at: .seconds(60))
            _ = machine.record(.success, of: probe, at: .seconds(60))
        }
        #expect(machine.circuit == .closed)
        for admission in early { #expect(machine.record(.failure, of: admission, at: .seconds(61)) == nil) }
        #expect(machine.circuit == .closed, "Late failures do not open one that has recovered.")
    }

    @Test func withARateItOpensOnceEnoughCallsWereMade() throws {
        let trip = CircuitBreakerPolicy.Trip.failureRate(0.5, window: .seconds(10), minimumCalls: 10)
        var machine = Machine(policy: CircuitBreakerPolicy(trip: trip))
        #expect(try self.fail(&machine, times: 9, at: .seconds(1)).isEmpty)
        #expect(try self.fail(&machine, times: 1, at: .seconds(1)).map(\.to) == [.open])
    }

    @Test func withARateOldCallsAreForgotten() throws {
        let trip = CircuitBreakerPolicy.Trip.failureRate(0.5, window: .seconds(10), minimumCalls: 10)
        var machine = Machine(policy: CircuitBreakerPolicy(trip: trip))
        _ = try self.fail(&machine, times: 9, at: .seconds(1))
        for _ in 0..<11 {
            let admission = try self.admit(&machine, at: .seconds(12))
            _ = machine.record(.success, of: admission, at: .seconds(12))
        }
        #expect(try self.fail(&machine, times: 10, at: .seconds(13)).isEmpty, "10 of 21 is less than half.")
        #expect(try self.fail(&machine, times: 1, at: .seconds(13)).map(\.to) == [.open])
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func keepsItsPromisesWhateverHappens(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let trips: [CircuitBreakerPolicy.Trip] = [
            .consecutiveFailures(3), .failureRate(0.4, window: .seconds(20), minimumCalls: 5),
        ]
        let policy = CircuitBreakerPolicy(
            trip: trips[Int(seed % 2)], recoveryTimeout: .seconds(30), successesToClose: 2, probeTimeout: .seconds(10))
        var machine = Machine(policy: policy)
        var now = Moment.origin
        var underWay: [Machine.Admission] = []
        var transitions: [Machine.Transition] = []
        for _ in 0..<300 {
            now = now + .milliseconds(Int.random(in: 0...4_000, using: &random))
            let before = machine.circuit
            if Bool.random(using: &random) {
                let refusal = machine.refusal(at: now)
                switch machine.admit(at: now) {
                case .admitted(let admission, let transition):
                    #expect(refusal == nil)
                    if machine.circuit == .halfOpen { #expect(machine.refusal(at: now) == policy.probeTimeout) }
                    underWay.append(admission)
                    transition.map { transitions.append($0) }
                case .rejected(let wait):
                    #expect(refusal == wait && wait > .zero && wait <= policy.recoveryTimeout)
                    #expect(before != .closed)
                }
            } else if let index = underWay.indices.randomElement(using: &random) {
                let outcome: Machine.Outcome = [.success, .failure, .ignored].randomElement(using: &random) ?? .ignored
                let transition = machine.record(outcome, of: underWay.remove(at: index), at: now)
                transition.map { transitions.append($0) }
                if outcome == .ignored { #expect(machine.circuit == before && transition == nil) }
                if outcome == .success { #expect(machine.circuit != .open || before == .open) }
            }
        }
        var state = CircuitState.closed
        for transition in transitions {
            #expect(transition.from == state && transition.to != state)
            state = transition.to
        }
        #expect(machine.circuit == state)
        #expect(zip(transitions, transitions.dropFirst()).allSatisfy { $0.number < $1.number })
    }
}
