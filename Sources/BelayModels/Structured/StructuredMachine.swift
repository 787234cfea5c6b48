import BelayCore

/// Decides what follows an answer that is no valid value: the model is told what is wrong, once in a call; then the paths
/// that haven't answered yet are asked; then it is a person's turn. Owns no clock and sends nothing.
struct StructuredMachine: Sendable {
    enum Step: Sendable, Hashable {
        /// Ask for the first time, or again on the paths that haven't been asked.
        case ask(excluding: Set<ModelPath>, attempts: Int)
        /// Tell this path what is wrong.
        case reask(on: ModelPath, attempts: Int)
        case giveUp
    }

    enum Verdict: Sendable, Hashable {
        case invalid
        /// Being told what is wrong doesn't help against a refusal.
        case refused
    }

    private let paths: Set<ModelPath>
    private let mayReask: Bool
    private let mayGoOnAfterRefusal: Bool
    private var attemptsLeft: Int
    private var excluded: Set<ModelPath> = []
    private var hasReasked = false

    /// - Parameters:
    ///   - paths: Those of the route that can take the request.
    ///   - attempts: How many the call may send, over everything.
    ///   - mayReask: Whether the request can be extended by what was wrong.
    init(paths: Set<ModelPath>, attempts: Int, mayReask: Bool, onRefusal: Route.RefusalPolicy) {
        self.paths = paths
        self.attemptsLeft = attempts
        self.mayReask = mayReask
        self.mayGoOnAfterRefusal = onRefusal == .nextPath
    }

    /// The first step.
    var start: Step { .ask(excluding: [], attempts: self.attemptsLeft) }

    /// Takes an answer that is of no use.
    ///
    /// - Parameter attempts: How many were sent to get it.
    mutating func failed(_ verdict: Verdict, on path: ModelPath, attempts: Int) -> Step {
        self.attemptsLeft -= attempts
        if verdict == .invalid, self.mayReask, !self.hasReasked, self.attemptsLeft > 0 {
            self.hasReasked = true
            return .reask(on: path, attempts: self.attemptsLeft)
        }
        self.excluded.insert(path)
        if verdict == .refused, !self.mayGoOnAfterRefusal { return .giveUp }
        return self.next
    }

    /// Takes that the path that was told what is wrong didn't answer.
    mutating func reaskUnanswered(on path: ModelPath, attempts: Int) -> Step {
        self.attemptsLeft -= attempts
        self.excluded.insert(path)
        return self.next
    }

    private var next: Step {
        guard self.attemptsLeft > 0, !self.paths.subtracting(self.excluded).isEmpty else { return .giveUp }
        return .ask(excluding: self.excluded, attempts: self.attemptsLeft)
    }
}
