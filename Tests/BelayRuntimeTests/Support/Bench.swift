import BelayCore
import BelayLedger
import BelaySQLite
import BelayTesting
import BelayTools
import Foundation
import Logging

@testable import BelayRuntime

/// A runtime with a scripted model over a store of one kind, on a wall clock that only the test moves.
struct Bench: Sendable {
    enum Kind: CaseIterable { case memory, sqlite }

    let store: any ExecutionStore
    let wallClock: ManualWallClock
    var clock: WallTimeClock { WallTimeClock(self.wallClock) }
    private let folder: TemporaryFolder?

    init(_ kind: Kind = .memory) throws {
        let wallClock = ManualWallClock()
        self.wallClock = wallClock
        switch kind {
        case .memory:
            self.folder = nil
            self.store = InMemoryExecutionStore(clock: wallClock)
        case .sqlite:
            let folder = try TemporaryFolder()
            self.folder = folder
            self.store = try SQLiteExecutionStore(path: folder.path, clock: wallClock)
        }
    }

    /// Another store on the same file, as another process would open it.
    func secondStore() throws -> any ExecutionStore {
        guard let folder else { return self.store }
        return try SQLiteExecutionStore(path: folder.path, clock: self.wallClock)
    }

    func runtime(
        _ model: some ModelGateway, _ agent: Agent = .support(), store: (any ExecutionStore)? = nil,
        options: RuntimeOptions = .quick, clock: (any Clock<Duration>)? = nil, ledger: Ledger? = nil
    ) throws -> Runtime {
        let runtime = Runtime(
            store: store ?? self.store, gateway: model, options: options,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, clock: clock ?? self.clock,
            wallClock: self.wallClock)
        try runtime.register(agent)
        runtime.account(in: ledger)
        return runtime
    }

    /// Runs a runtime around `body`.
    func run<Value>(
        _ model: some ModelGateway, _ agent: Agent = .support(), store: (any ExecutionStore)? = nil,
        options: RuntimeOptions = .quick, clock: (any Clock<Duration>)? = nil, ledger: Ledger? = nil,
        _ body: (Runtime) async throws -> Value
    ) async throws -> Value {
        let runtime = try self.runtime(model, agent, store: store, options: options, clock: clock, ledger: ledger)
        runtime.runInBackground()
        do {
            let value = try await body(runtime)
            await runtime.shutdown()
            return value
        } catch {
            await runtime.shutdown()
            throw error
        }
    }

    func journal(_ id: ExecutionID) async throws -> Journal { try await Journal(of: id, in: self.store) }
}

extension RuntimeOptions {
    static let quick = RuntimeOptions(pollInterval: .milliseconds(5), drain: .seconds(10))
}

extension Agent {
    static func support(
        _ tools: [Tool] = [], limits: ExecutionLimits = .default, asksUser: Bool = true, handsOff: Bool = true
    ) -> Agent {
        Agent(
            "support", version: "1", instructions: "Help.", tools: tools, limits: limits, asksUser: asksUser,
            handsOff: handsOff)
    }
}

extension Runtime {
    func begin(
        _ task: String = "Where is A-1?", session: String? = nil, policy: SessionPolicy = .enqueue, key: String? = nil,
        user: String = "ada", isCritical: Bool = false
    ) async throws -> ExecutionID {
        try await self.start(
            StartRequest(
                agent: "support", task: task, user: User(user), session: session.map { SessionID(rawValue: $0) },
                sessionPolicy: policy, idempotencyKey: key, isCritical: isCritical)
        ).head.id
    }

    /// Returns when the journal has the event, for the `count`th time.
    func reached(_ name: Event.Name, count: Int = 1, in id: ExecutionID) async throws {
        var seen = 0
        for try await item in self.events(of: id) {
            if case .event(let entry) = item, entry.event.name == name { seen += 1 }
            if seen == count { return }
        }
        let journal = try await Journal(of: id, in: self.store)
        throw JournalMismatch(reason: "it ended without \(count) \(name.rawValue)", journal: journal)
    }
}

extension Outcome {
    var waits: [WaitRecord] { if case .waiting(let waits, _) = self { waits } else { [] } }
    var isCancelled: Bool { if case .cancelled = self { true } else { false } }
    var failure: ExecutionFailure? { if case .failed(let failure, _) = self { failure } else { nil } }
}

/// A folder for one store's file, gone with the last reference.
final class TemporaryFolder: Sendable {
    private let url: URL
    var path: String { self.url.appendingPathComponent("belay.db").path }

    init() throws {
        self.url = FileManager.default.temporaryDirectory.appendingPathComponent("belay-runtime-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: self.url, withIntermediateDirectories: false)
    }

    deinit {
        // A folder that stays behind in the system's temporary folder is the system's to remove.
        try? FileManager.default.removeItem(at: self.url)
    }
}
