import BelayCore
import BelaySQLite
import BelayTesting
import Testing

@Suite(.timeLimit(.minutes(5)))
struct SQLiteAnswerStoreTests {
    @Test(arguments: AnswerStoreConformance.cases)
    func conforms(_ storeCase: AnswerStoreConformance.Case) async throws {
        let folder = try TemporaryFolder()
        try await AnswerStoreConformance.run(storeCase) { clock in
            SQLiteAnswerStore(
                try SQLiteExecutionStore(path: folder.path(), clock: clock), maxAnswers: AnswerStoreConformance.bound)
        }
        withExtendedLifetime(folder) {}
    }

    @Test(arguments: AnswerStoreConformance.cases)
    func theOneInMemoryConformsToo(_ storeCase: AnswerStoreConformance.Case) async throws {
        try await AnswerStoreConformance.run(storeCase) { clock in
            InMemoryAnswerStore(clock: clock, maxAnswers: AnswerStoreConformance.bound)
        }
    }
}
