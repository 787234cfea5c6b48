import BelayCore
import Testing

@testable import BelayRuntime

struct RequestErrorTests {
    @Test func anUnknownOutcomeIsNotSaidToBeSafe() async throws {
        let unknown = RequestError(.unavailable("no answer"))
        #expect(unknown.code == .storeUnavailable && unknown.mayHaveHappened && unknown.cause == "no answer")
        #expect(unknown.message.contains("with the idempotency key that it had"))
        for error in [StoreError.busy("full"), .notWritable("full"), .failed("disk"), .corrupt("page 7")] {
            #expect(!RequestError(error).mayHaveHappened, "\(error)")
        }
    }

    @Test func aReadMayAlwaysBeRepeated() async throws {
        let error = await #expect(throws: RequestError.self) {
            try await RequestError.reading { throw StoreError.unavailable("no answer") }
        }
        #expect(error?.code == .storeUnavailable && error?.mayHaveHappened == false && error?.cause == "no answer")
    }
}
