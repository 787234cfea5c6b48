import BelayModels

@testable import BelayMock

/// One row of the table: what goes wrong, how the model is spoken to, when, and for how long.
struct FaultCase: Sendable {
    enum Position: String, Sendable, CaseIterable {
        /// The first call of an execution.
        case first = "first call"
        /// The first call of an execution that goes on with a conversation.
        case later = "mid-conversation"
        /// The call after a tool's result.
        case tools = "during tools"
        /// The call after an effect: what is left is to tell of it.
        case effect = "after the effect"

        /// How many calls pass before it.
        var callsBefore: Int {
            switch self {
            case .first: 0
            case .later, .tools: 1
            case .effect: 2
            }
        }
    }

    enum Extent: String, Sendable, CaseIterable {
        /// Exactly one request meets it.
        case once
        /// The first of two providers, from that call on.
        case provider = "one provider"
        /// Both providers, from that call on.
        case everywhere
    }

    var fault: FaultKind
    var kind: ProviderSettings.Kind
    var streams: Bool
    var position: Position
    var extent: Extent

    /// All rows of a kind that its answers can show.
    static func all(of fault: FaultKind) -> [FaultCase] {
        [ProviderSettings.Kind.openAI, .anthropic].flatMap { kind in
            [false, true].flatMap { streams in
                Position.allCases.flatMap { position in
                    Extent.allCases.map {
                        FaultCase(fault: fault, kind: kind, streams: streams, position: position, extent: $0)
                    }
                }
            }
        }.filter(\.canHappen)
    }

    private var canHappen: Bool {
        // A closed port refuses more than one request.
        if self.fault == .refused { return self.extent != .once }
        let callsTools = self.position != .effect
        return self.fault.applies(to: FaultSituation(model: "", streams: self.streams, callsTools: callsTools))
    }

    /// Which of the five clocks ends it, as the limits of `FaultWorld` are; nil for faults that end by themselves.
    var deadline: Duration? {
        switch self.fault {
        case .silence: self.streams ? FaultWorld.limits.responseHeaders : FaultWorld.limits.total
        case .slowFirstToken: self.streams ? FaultWorld.limits.firstToken : FaultWorld.limits.total
        // The first half of an answer that isn't streamed is progress too.
        case .stall: FaultWorld.limits.betweenTokens
        default: nil
        }
    }
}
