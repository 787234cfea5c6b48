import BelaySQLite
import BelayTesting
import Testing

@Suite(.timeLimit(.minutes(5)))
struct InMemoryExecutionStoreTests {
    @Test(arguments: StoreConformance.cases)
    func conforms(_ storeCase: StoreConformance.Case) async throws {
        try await StoreConformance.run(storeCase) { InMemoryExecutionStore(clock: $0) }
    }
}
