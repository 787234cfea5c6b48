import BelaySQLite
import BelayTesting
import Testing

@Suite(.timeLimit(.minutes(5)))
struct SQLiteStoreConformanceTests {
    @Test(arguments: StoreConformance.cases)
    func conforms(_ storeCase: StoreConformance.Case) async throws {
        let folder = try TemporaryFolder()
        try await StoreConformance.run(storeCase) { try SQLiteExecutionStore(path: folder.path(), clock: $0) }
        withExtendedLifetime(folder) {}
    }
}
