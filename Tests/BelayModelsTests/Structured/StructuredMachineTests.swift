import BelayCore
import BelayResilience
import Testing

@testable import BelayModels

struct StructuredMachineTests {
    private static let paths = ["a", "b", "c"].map { ModelPath(provider: $0, model: "m") }

    private func machine(
        attempts: Int = 6, mayReask: Bool = true, onRefusal: Route.RefusalPolicy = .stop
    ) -> StructuredMachine {
        StructuredMachine(paths: Set(Self.paths), attempts: attempts, mayReask: mayReask, onRefusal: onRefusal)
    }

    @Test func asksAgainOnceThenOnTheOtherPathsThenGivesUp() {
        let (a, b, c) = (Self.paths[0], Self.paths[1], Self.paths[2])
        var machine = self.machine()
        #expect(machine.start == .ask(excluding: [], attempts: 6))
        #expect(machine.failed(.invalid, on: a, attempts: 1) == .reask(on: a, attempts: 5))
        #expect(machine.failed(.invalid, on: a, attempts: 1) == .ask(excluding: [a], attempts: 4))
        #expect(machine.failed(.invalid, on: b, attempts: 2) == .ask(excluding: [a, b], attempts: 2))
        #expect(machine.failed(.invalid, on: c, attempts: 1) == .giveUp)
    }

    @Test func aRefusalIsNotAskedAgainAndGoesOnByPolicy() {
        var stops = self.machine()
        #expect(stops.failed(.refused, on: Self.paths[0], attempts: 1) == .giveUp)
        var goesOn = self.machine(onRefusal: .nextPath)
        #expect(
            goesOn.failed(.refused, on: Self.paths[0], attempts: 1)
                == .ask(excluding: [Self.paths[0]], attempts: 5))
    }

    @Test func withoutASecondQuestionTheNextPathIsAsked() {
        var machine = self.machine(mayReask: false)
        #expect(
            machine.failed(.invalid, on: Self.paths[0], attempts: 1) == .ask(excluding: [Self.paths[0]], attempts: 5))
    }

    @Test func aPathThatDoesNotAnswerTheSecondQuestionIsLeft() {
        var machine = self.machine()
        _ = machine.failed(.invalid, on: Self.paths[0], attempts: 1)
        #expect(
            machine.reaskUnanswered(on: Self.paths[0], attempts: 2) == .ask(excluding: [Self.paths[0]], attempts: 3))
    }

    @Test(arguments: 1...200 as ClosedRange<UInt64>)
    func neverAllowsMoreAttemptsThanTheCallHas(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let attempts = Int.random(in: 1...8, using: &random)
        var machine = self.machine(attempts: attempts, onRefusal: .nextPath)
        var step = machine.start
        var sent = 0
        for _ in 0..<20 {
            let (allowed, path): (Int, ModelPath?) =
                switch step {
                case .giveUp: (0, nil)
                case .ask(let excluded, let allowed): (allowed, Self.paths.first { !excluded.contains($0) })
                case .reask(let path, let allowed): (allowed, path)
                }
            guard let path else { break }
            #expect(allowed >= 1 && sent + allowed <= attempts)
            let used = Int.random(in: 1...allowed, using: &random)
            sent += used
            step = machine.failed(Bool.random(using: &random) ? .invalid : .refused, on: path, attempts: used)
        }
        #expect(step == .giveUp && sent <= attempts)
    }
}
