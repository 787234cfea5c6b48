import BelayCore

/// The services behind the tools: what really happened, whatever anybody believes.
final class ToolService: @unchecked Sendable {  // Touched on the simulation's thread only.
    /// All that was ever asked with one key.
    private struct Deed {
        var kind: SimulatedTool.Kind
        var execution: ExecutionID
        var callID: String
        var requests = 0
        var effects = 0
        var isUndone = false
    }

    private unowned let world: World
    private unowned let witness: Witness
    private var deeds: [String: Deed] = [:]
    /// Keys of which somebody was told that nothing happened, so that nothing must any more.
    private var fenced: Set<String> = []

    init(world: World, witness: Witness) {
        self.world = world
        self.witness = witness
    }

    /// Belay calls a tool.
    func began(_ invocation: ToolInvocation, _ kind: SimulatedTool.Kind) {
        var deed = self.deed(invocation, kind)
        deed.requests += 1
        self.deeds[invocation.idempotencyKey] = deed
        self.world.tell(self.world.speaker, "calls \(kind.rawValue) for \(self.name(deed))")
        guard kind.effect != .readOnly else { return }
        let written = self.witness.records[deed.execution]?.dispatches[deed.callID] ?? 0
        self.world.require(
            written >= deed.requests,
            "\(kind.rawValue) \(self.name(deed)) was called \(deed.requests) times, its journal has \(written) dispatches"
        )
        self.world.require(
            deed.requests == 1 || kind.effect == .idempotent,
            "\(kind.rawValue) \(self.name(deed)) was called twice, though it is \(kind.effect.rawValue)")
    }

    /// The request arrives.
    func perform(_ invocation: ToolInvocation, _ kind: SimulatedTool.Kind) throws(ToolFailure) -> String {
        var deed = self.deed(invocation, kind)
        guard !self.fenced.contains(invocation.idempotencyKey), !deed.isUndone else {
            throw ToolFailure(.rejected, "This key was closed.")
        }
        if kind.effect == .idempotent {
            deed.effects = 1
        } else {
            deed.effects += 1
        }
        self.deeds[invocation.idempotencyKey] = deed
        self.world.tell("service", "\(kind.rawValue) \(self.name(deed)) happens")
        self.world.require(
            kind.effect == .readOnly || deed.effects == 1, "\(kind.rawValue) \(self.name(deed)) happened twice")
        return "\(kind.rawValue) done"
    }

    /// Refuses everything that comes later with this key.
    ///
    /// - Returns: Whether it had happened.
    @discardableResult
    func fence(_ invocation: ToolInvocation) -> Bool { self.fence(key: invocation.idempotencyKey) }

    @discardableResult
    func fence(key: String) -> Bool {
        if let deed = self.deeds[key], deed.effects > 0 { return true }
        self.fenced.insert(key)
        return false
    }

    /// - Returns: What came of it; nil when it didn't happen, and now never will.
    func probe(_ invocation: ToolInvocation) -> String? { self.fence(invocation) ? "it was done" : nil }

    func compensate(_ invocation: ToolInvocation) {
        self.deeds[invocation.idempotencyKey]?.isUndone = true
        self.fenced.insert(invocation.idempotencyKey)
        self.world.tell("service", "\(invocation.callID) is undone")
    }

    private func deed(_ invocation: ToolInvocation, _ kind: SimulatedTool.Kind) -> Deed {
        self.deeds[invocation.idempotencyKey]
            ?? Deed(kind: kind, execution: invocation.execution, callID: invocation.callID)
    }

    private func name(_ deed: Deed) -> String { "\(self.witness.name(deed.execution)) \(deed.callID)" }

    // MARK: The end

    /// Holds what journals say of each call against what happened.
    func examine() {
        for deed in self.deeds.values.sorted(by: { ($0.execution, $0.callID) < ($1.execution, $1.callID) }) {
            guard deed.kind.effect != .readOnly else { continue }
            let events = self.witness.records[deed.execution]?.entries.map(\.event) ?? []
            for event in events where event.callID == deed.callID { self.compare(event, deed) }
        }
    }

    private func compare(_ event: Event, _ deed: Deed) {
        let claim: (said: String, happened: Bool)? =
            switch event {
            case .toolCallDenied: ("denied", false)
            case .toolCallSucceeded: ("succeeded", true)
            case .toolCallFailed(let failed) where !failed.failure.mayHaveHappened: ("failed without effect", false)
            case .toolCallResolved(let resolved) where resolved.resolution == .happened:
                ("found to have happened", true)
            case .toolCallResolved(let resolved) where resolved.resolution == .didNotHappen:
                ("found not to have happened", false)
            case .toolCallResolved(let resolved) where resolved.resolution == .compensated:
                ("compensated", deed.isUndone)
            default: nil
            }
        guard let claim else { return }
        let isRight =
            claim.said == "compensated" ? deed.isUndone || deed.effects == 0 : claim.happened == (deed.effects > 0)
        self.world.require(
            isRight,
            "the journal says that \(deed.kind.rawValue) \(self.name(deed)) \(claim.said); it happened "
                + "\(deed.effects) times")
    }
}

extension Event {
    /// The tool call that the event is about.
    var callID: String? {
        switch self {
        case .toolCallDenied(let event): event.callID
        case .toolCallDispatched(let event): event.callID
        case .toolCallSucceeded(let event): event.callID
        case .toolCallFailed(let event): event.callID
        case .toolCallResolved(let event): event.callID
        default: nil
        }
    }
}
