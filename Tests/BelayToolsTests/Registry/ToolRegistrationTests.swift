import BelayCore
import BelayTesting
import Testing

@testable import BelayTools

struct ToolRegistrationTests {
    private let ada = ToolRegistry.Owner(agent: "support", version: "1")

    private func tool(
        _ name: String = "orders", says answer: String = "ok", _ change: (inout ToolDescriptor) -> Void = { _ in }
    ) -> Tool {
        var descriptor = ToolDescriptor.refund()
        descriptor.name = name
        change(&descriptor)
        return Tool(descriptor: descriptor, handler: ScriptedHandler { _ in answer })
    }

    private func call(_ name: String = "orders") -> ToolCall {
        ToolCall(id: "call_1", name: name, arguments: #"{"order": "A-1"}"#)
    }

    private func isReady(_ review: ToolReview) -> Bool { if case .ready = review { true } else { false } }

    @Test func sharedToolsMayComeAfterTheAgentsThatNameThem() async throws {
        let registry = ToolRegistry()
        let pipeline = registry.pipeline(naming: ["late"])
        #expect(await pipeline.execute("late", .sample).failure?.kind == .unknownTool)
        try registry.register([self.tool("late")])
        #expect(await pipeline.execute("late", .sample).output == "ok")
        #expect(pipeline.descriptor(of: "late")?.effect == .once)
    }

    @Test func anEqualDescriptorDoesNotKeepTheFirstHandler() async throws {
        let registry = ToolRegistry()
        let first = try registry.pipeline(for: self.ada, with: [self.tool(says: "Ada's orders")], naming: ["orders"])
        let second = try registry.pipeline(for: self.ada, with: [self.tool(says: "Bob's orders")], naming: ["orders"])
        #expect(await second.execute("orders", .sample).output == "Bob's orders")
        // Who began with the first one keeps it.
        #expect(await first.execute("orders", .sample).output == "Ada's orders")
    }

    @Test func agentsAndVersionsMayHaveDifferentToolsOfOneName() async throws {
        let registry = ToolRegistry()
        let owners = [("support", "1"), ("support", "2"), ("sales", "1")].map(ToolRegistry.Owner.init)
        let pipelines = try owners.map { owner in
            let text = "\(owner.agent) \(owner.version)"
            let tool = self.tool(says: text) { $0.description = "Orders of \(text)" }
            return try registry.pipeline(for: owner, with: [tool], naming: ["orders"])
        }
        for (owner, pipeline) in zip(owners, pipelines) {
            let text = "\(owner.agent) \(owner.version)"
            #expect(pipeline.definitions.map(\.description) == ["Orders of \(text)"])
            #expect(await pipeline.execute("orders", .sample).output == text)
        }
    }

    @Test func anOwnToolHidesTheSharedOneOfItsName() async throws {
        let registry = ToolRegistry()
        try registry.register([self.tool(says: "shared"), self.tool("other", says: "shared")])
        let names = ["orders", "other"]
        let pipeline = try registry.pipeline(for: self.ada, with: [self.tool(says: "own")], naming: names)
        #expect(await pipeline.execute("orders", .sample).output == "own")
        #expect(await pipeline.execute("other", .sample).output == "shared")
        #expect(await registry.pipeline(naming: names).execute("orders", .sample).output == "shared")
    }

    @Test func registeringAgainDoesNotRefillTheRate() throws {
        let registry = ToolRegistry(clock: ManualClock())
        func pipeline(rate: Int) throws -> ToolPipeline {
            let tool = self.tool { $0.callsPerMinute = rate }
            return try registry.pipeline(for: self.ada, with: [tool], naming: ["orders"])
        }
        #expect(self.isReady(try pipeline(rate: 1).review(self.call(), user: User("ada"))))
        #expect(!self.isReady(try pipeline(rate: 1).review(self.call(), user: User("bob"))))
        #expect(self.isReady(try pipeline(rate: 2).review(self.call(), user: User("bob"))))
    }

    @Test func registeringAgainDoesNotCloseTheCircuit() async throws {
        let registry = ToolRegistry(clock: ManualClock())
        var broken = Tool(
            descriptor: .refund(),
            handler: ScriptedHandler { _ in throw ToolFailure(.unavailable, "down", mayHaveHappened: false) })
        for kind in Array(repeating: ToolFailure.Kind.unavailable, count: 5) + [.circuitOpen] {
            // Nor does another rate.
            broken.descriptor.callsPerMinute = broken.descriptor.callsPerMinute.map { $0 + 1 } ?? 100
            let pipeline = try registry.pipeline(for: self.ada, with: [broken], naming: ["create_refund"])
            #expect(await pipeline.execute("create_refund", .sample).failure?.kind == kind)
        }
        #expect(
            registry.statistics == [
                ToolStatistics(
                    tool: "create_refund", agent: "support", version: "1", circuit: .open, circuitOpenings: 1, calls: 6,
                    failures: [.unavailable: 5, .circuitOpen: 1])
            ])
    }

    @Test func onlySomeVersionsOfAnAgentAreRemembered() async throws {
        let registry = ToolRegistry(clock: ManualClock())
        func pipeline(_ version: Int, of agent: String = "support") throws -> ToolPipeline {
            let owner = ToolRegistry.Owner(agent: agent, version: "\(version)")
            return try registry.pipeline(for: owner, with: [self.tool(says: "\(version)")], naming: ["orders"])
        }
        try registry.register([self.tool("shared")])
        _ = try pipeline(1, of: "sales")
        let first = try pipeline(1)
        for version in 2...ToolRegistry.maxVersions { _ = try pipeline(version) }
        _ = try pipeline(2)  // Newer than the third now.
        for version in 1...2 { _ = try pipeline(1_000 + version) }
        let support = registry.statistics.filter { $0.agent == "support" }.compactMap(\.version)
        #expect(support.count == ToolRegistry.maxVersions)
        #expect(Set(support).isDisjoint(with: ["1", "3"]) && Set(support).isSuperset(of: ["2", "4", "1001", "1002"]))
        #expect(registry.statistics.count == ToolRegistry.maxVersions + 2)
        // Who works with a version that was forgotten goes on with it.
        #expect(await first.execute("orders", .sample).output == "1")
    }

    @Test func oneAgentsRateAndCircuitAreNotAnothers() throws {
        let registry = ToolRegistry(clock: ManualClock())
        let tool = self.tool { $0.callsPerMinute = 1 }
        for agent in ["support", "sales"] {
            let owner = ToolRegistry.Owner(agent: agent, version: "1")
            let pipeline = try registry.pipeline(for: owner, with: [tool], naming: ["orders"])
            #expect(self.isReady(pipeline.review(self.call(), user: User("ada"))))
        }
    }

    @Test func twoSharedToolsOfOneNameAreRefusedAndNothingIsAdded() throws {
        let registry = ToolRegistry()
        try registry.register([self.tool("shared")])
        // Equal descriptions don't make them one: nobody could tell which of them would be called.
        #expect(throws: ToolRegistrationError.self) {
            try registry.register([self.tool("new"), self.tool("shared")])
        }
        #expect(registry.pipeline(naming: ["shared", "new"]).definitions.map(\.name) == ["shared"])
    }

    @Test func countsTheCallsOfEachTool() async throws {
        let registry = ToolRegistry(clock: ManualClock())
        try registry.register([self.tool("b")])
        let pipeline = try registry.pipeline(for: self.ada, with: [self.tool("a")], naming: ["a", "b"])
        for name in ["a", "b", "b"] { _ = await pipeline.execute(name, .sample) }
        #expect(registry.statistics.map(\.tool) == ["a", "b"])
        #expect(registry.statistics.map(\.agent) == ["support", nil])
        #expect(registry.statistics.map(\.successes) == [1, 2])
    }

    @Test(arguments: BuiltInTool.allCases)
    func aNameOfTheRuntimesOwnToolsIsRefused(_ taken: BuiltInTool) {
        #expect(throws: ToolRegistrationError.self) { try ToolRegistry().register([self.tool(taken.rawValue)]) }
        #expect(throws: ToolRegistrationError.self) {
            try ToolRegistry().pipeline(for: self.ada, with: [self.tool(taken.rawValue)], naming: [taken.rawValue])
        }
    }

    @Test func twoToolsOfOneNameInOneAgentAreRefused() {
        #expect(throws: ToolRegistrationError.self) {
            try ToolRegistry().pipeline(for: self.ada, with: [self.tool(), self.tool()], naming: ["orders"])
        }
    }
}
