import BelayCore
import BelayTesting
import Foundation
import GRDB
import Testing

@testable import BelaySQLite

/// After a failed sync nobody knows what is on the disk. (A real one, from the outside: `DiskFaultTests`.)
@Suite(.timeLimit(.minutes(5)))
struct SQLiteSyncFailureTests {
    private let folder: TemporaryFolder
    private let clock = ManualWallClock()

    init() throws { self.folder = try TemporaryFolder() }

    private func open() throws -> SQLiteExecutionStore {
        try SQLiteExecutionStore(path: self.folder.path(), clock: self.clock)
    }

    private static func fail(_ store: SQLiteExecutionStore, with code: ResultCode) async throws {
        try await store.write { _ in throw DatabaseError(resultCode: code, message: "as the test says") }
    }

    @Test(arguments: [ResultCode.SQLITE_IOERR_FSYNC, .SQLITE_IOERR_DIR_FSYNC])
    func nothingIsWrittenAfterAFailedSync(code: ResultCode) async throws {
        let steps = StoreSteps(store: try self.open())
        let lease = try await steps.leases(1)[0]
        try await steps.append(StoreSteps.result(1), under: lease, expecting: 1)
        // What the failed transaction came to is not known.
        await #expect {
            try await Self.fail(steps.store, with: code)
        } throws: { error in
            guard case StoreError.unavailable(let reason) = error else { return false }
            return reason.contains("could not be synced")
        }
        for _ in 0..<2 {
            await #expect {
                try await steps.append(StoreSteps.result(2), under: lease, expecting: 2)
            } throws: { error in
                guard case StoreError.failed(let reason) = error else { return false }
                return reason.hasPrefix("nothing was written: the store's file could not be synced")
            }
        }
        await #expect(throws: StoreError.self) { try await steps.store.check() }
        #expect(try await steps.journal(lease).count == 2, "reading goes on")

        let log = self.folder.path() + "-wal"
        let before = try Data(contentsOf: URL(fileURLWithPath: log))
        try await steps.store.close()
        #expect(try Data(contentsOf: URL(fileURLWithPath: log)) == before, "closing writes nothing either")
        let again = StoreSteps(store: try self.open())
        #expect(try await again.journal(lease).count == 2)
        try await again.append(StoreSteps.result(2), under: lease, expecting: 2)
    }

    @Test func anotherErrorOfTheDiskIsNoReasonToStop() async throws {
        let store = try self.open()
        await #expect(throws: StoreError.self) { try await Self.fail(store, with: .SQLITE_IOERR_READ) }
        try await store.check()
    }
}
