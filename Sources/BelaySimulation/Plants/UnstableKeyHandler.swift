import BelayCore

/// Planted: a key that names the lease as well, so that whoever takes an execution over repeats calls with another one.
struct UnstableKeyHandler: ToolHandler {
    let base: any ToolHandler
    let witness: Witness
    let world: World

    func call(_ invocation: ToolInvocation) async throws -> String {
        try await self.base.call(self.renamed(invocation))
    }

    func probe(_ invocation: ToolInvocation) async throws -> String? {
        try await self.base.probe(self.renamed(invocation))
    }

    func compensate(_ invocation: ToolInvocation) async throws {
        try await self.base.compensate(self.renamed(invocation))
    }

    private func renamed(_ invocation: ToolInvocation) -> ToolInvocation {
        let epoch = self.witness.records[invocation.execution]?.epoch ?? 0
        guard epoch > 1 else { return invocation }
        self.world.count("planted")
        var renamed = invocation
        renamed.idempotencyKey += "-\(epoch)"
        return renamed
    }
}
