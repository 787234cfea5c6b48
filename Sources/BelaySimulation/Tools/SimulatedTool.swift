import BelayCore
import BelayJSON

/// A tool of the simulated world: a request to a service, on a way that loses things.
struct SimulatedTool: ToolHandler {
    enum Kind: String, CaseIterable {
        case lookUp = "look_up"
        case update
        case charge
        case book
        case reserve
        case pay
    }

    let kind: Kind
    let world: World
    let service: ToolService

    static func tools(in world: World, service: ToolService) -> [Tool] {
        Kind.allCases.map { kind in
            Tool(descriptor: kind.descriptor, handler: SimulatedTool(kind: kind, world: world, service: service))
        }
    }

    func call(_ invocation: ToolInvocation) async throws -> String {
        self.service.began(invocation, self.kind)
        let world = self.world
        guard world.chance.happens(world.weather.toolFails) else {
            try await world.pass(0...400)
            let output = try self.service.perform(invocation, self.kind)
            try await world.pass(0...400)
            return output
        }
        world.count("tool faults")
        let fault = world.chance.number(0...6)
        world.tell(world.speaker, "\(self.kind.rawValue) meets fault \(fault)")
        switch fault {
        case 0:
            try await world.pass(0...400)
            // A key that is known is answered, as the first time.
            if self.service.fence(invocation) { return try self.service.perform(invocation, self.kind) }
            throw ToolFailure(.rejected, "The service refuses this.")
        case 1:
            try await world.pass(0...400)
            throw ToolFailure(.unavailable, "The service is down; nothing was sent.")
        case 2:
            try await world.pass(0...8_000)
            throw ToolFailure(.unavailable, "The request was lost.", mayHaveHappened: true)
        case 3: return try await self.hang(invocation)
        case 4:
            self.arriveLate(invocation)
            try await world.pass(0...2_000)
            throw ToolFailure(.unavailable, "The connection was lost.", mayHaveHappened: true)
        case 5:
            try await world.pass(0...400)
            _ = try self.service.perform(invocation, self.kind)
            throw LostAnswer()
        default:
            try await world.pass(0...400)
            let output = try self.service.perform(invocation, self.kind)
            try await world.pass(1_000...12_000)
            return output
        }
    }

    func probe(_ invocation: ToolInvocation) async throws -> String? {
        try await self.world.pass(0...400)
        try self.fail()
        return self.service.probe(invocation)
    }

    func compensate(_ invocation: ToolInvocation) async throws {
        try await self.world.pass(0...400)
        if self.world.chance.happens(0.5) { try self.fail() }
        self.service.compensate(invocation)
        try await self.world.pass(0...400)
        try self.fail()
    }

    private func fail() throws {
        if self.world.chance.happens(self.world.weather.toolFails) { throw LostAnswer() }
    }

    /// Listens to no cancellation, and has its effect long after everybody gave it up.
    private func hang(_ invocation: ToolInvocation) async throws -> String {
        try await self.world.pass(2_000...40_000, isCancellable: false)
        return try self.service.perform(invocation, self.kind)
    }

    /// The request arrives, but only after a while.
    private func arriveLate(_ invocation: ToolInvocation) {
        let (world, service, kind) = (self.world, self.service, self.kind)
        world.scheduler.start(in: .world) {
            do {
                try await world.pass(500...20_000)
                _ = try service.perform(invocation, kind)
            } catch {
                world.tell("service", "a late request is refused")
            }
        }
    }
}

/// Nobody knows what became of the request.
private struct LostAnswer: Error {}

extension SimulatedTool.Kind {
    var descriptor: ToolDescriptor {
        ToolDescriptor(
            name: self.rawValue, description: "Does \(self.rawValue).",
            parameters: [
                "type": "object",
                "properties": ["item": ["type": "string"], "amount": ["type": "integer"]],
                "required": ["item", "amount"], "additionalProperties": false,
            ], effect: self.effect, inDoubt: self == .book ? .probe : nil,
            approval: self == .pay ? .above(argument: "amount", limit: 30) : .never, approvalExpiry: .seconds(120),
            timeout: .seconds(5), cost: ToolCost(Money(nanoDollars: 900_001)))
    }

    var effect: ToolEffect {
        switch self {
        case .lookUp: .readOnly
        case .update: .idempotent
        case .charge, .book, .pay: .once
        case .reserve: .compensatable
        }
    }
}
