import BelayCore

/// A bug on purpose, to prove that the simulation would catch one like it.
///
/// Each is a disguise of the store, the gateway or a tool, so that nothing of what ships knows of them.
package enum Plant: String, CaseIterable, Sendable {
    case dispatchBeforeCommit = "dispatch-before-commit"
    case epochNotChecked = "epoch-not-checked"
    case resultDroppedAtTakeover = "result-dropped-at-takeover"
    case doubleSettle = "double-settle"
    case lostWaitAnswer = "lost-wait-answer"
    case openCallAfterCancel = "open-call-after-cancel"
    case splicedStream = "spliced-stream"
    case lostTimer = "lost-timer"
    case unstableKey = "unstable-key"
    case attemptBilledTwice = "attempt-billed-twice"

    /// What has to be said of it: another violation would be an accident, and no proof that this bug is seen.
    package var symptom: String {
        switch self {
        case .dispatchBeforeCommit: "its journal has"
        case .epochNotChecked: "was written by a node of epoch"
        case .resultDroppedAtTakeover: "the store confirmed"
        case .doubleSettle: "the head of"
        case .lostWaitAnswer: "was confirmed and is in no journal"
        case .openCallAfterCancel: "has no result"
        case .splicedStream: "two answers as one"
        case .lostTimer: "not everything has ended"
        case .unstableKey: "has two keys"
        case .attemptBilledTwice: "was billed twice"
        }
    }

    /// Whether the bug is in what is told the store, and not in the store itself.
    private var isInTheClient: Bool {
        switch self {
        case .dispatchBeforeCommit, .lostWaitAnswer, .openCallAfterCancel, .lostTimer, .attemptBilledTwice: true
        case .epochNotChecked, .resultDroppedAtTakeover, .doubleSettle, .splicedStream, .unstableKey: false
        }
    }

    /// Whether it is in a store at all.
    private var isInAStore: Bool { self != .splicedStream && self != .unstableKey }

    func disguise(store: any ExecutionStore, in world: World) -> any ExecutionStore {
        self.isInTheClient || !self.isInAStore ? store : PlantedStore(base: store, plant: self, world: world)
    }

    func disguise(client store: any ExecutionStore, in world: World) -> any ExecutionStore {
        self.isInTheClient ? PlantedStore(base: store, plant: self, world: world) : store
    }

    func disguise(_ gateway: any ModelGateway, in world: World) -> any ModelGateway {
        self == .splicedStream ? SplicingGateway(base: gateway, world: world) : gateway
    }

    func disguise(_ tools: [Tool], witness: Witness, in world: World) -> [Tool] {
        guard self == .unstableKey else { return tools }
        return tools.map { tool in
            Tool(
                descriptor: tool.descriptor,
                handler: UnstableKeyHandler(base: tool.handler, witness: witness, world: world))
        }
    }
}
