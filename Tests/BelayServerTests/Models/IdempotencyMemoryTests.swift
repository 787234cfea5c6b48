import BelayResilience
import Testing

@testable import BelayServer

/// Which requests with a key are under way or were answered, and for how long that is known.
struct IdempotencyMemoryTests {
    private typealias Memory = IdempotencyMemory<Int>
    private static let start = Moment(.zero)

    private static func memory(entries: Int = 10, bytes: Int = 1_000) -> Memory {
        Memory(maxEntries: entries, maxBytes: bytes, lifetime: .seconds(60))
    }

    private static func answer(_ text: String = "body") -> WholeAnswer {
        WholeAnswer(headers: [:], body: Array(text.utf8))
    }

    private static func word(_ claim: Memory.Claim) -> String {
        switch claim {
        case .new: "new"
        case .join(let work): "join \(work)"
        case .repeated(let answer): String(decoding: answer.body, as: UTF8.self)
        case .conflict: "conflict"
        }
    }

    private func claim(
        _ key: String, as digest: String = "d", _ memory: inout Memory, after: Duration = .zero
    ) -> String {
        Self.word(memory.claim(key, digest: digest, at: Self.start + after))
    }

    private func record(_ count: Int, _ memory: inout Memory) -> Bool { memory.record(count, at: Self.start) }

    @Test func aRequestIsNewThenUnderWayThenAnsweredThenForgotten() {
        var memory = Self.memory()
        #expect(self.claim("k", &memory) == "new")
        memory.begin("k", digest: "d", 7, number: 1)
        #expect(self.claim("k", &memory) == "join 7")
        #expect(self.claim("k", as: "other", &memory) == "conflict")
        memory.end("k", number: 1, with: Self.answer(), at: Self.start)
        #expect(self.claim("k", &memory, after: .seconds(59)) == "body")
        #expect(self.claim("k", as: "other", &memory, after: .seconds(59)) == "conflict")
        #expect(self.claim("k", &memory, after: .seconds(60)) == "new")
        #expect(memory.bytes == 0)
    }

    @Test func aFailureFreesTheKey() {
        var memory = Self.memory()
        memory.begin("k", digest: "d", 7, number: 1)
        memory.end("k", number: 1, with: nil, at: Self.start)
        #expect(self.claim("k", as: "other", &memory) == "new")
    }

    @Test func theLastWhoLeavesGetsTheWorkToEnd() {
        var memory = Self.memory()
        memory.begin("k", digest: "d", 7, number: 1)
        _ = memory.claim("k", digest: "d", at: Self.start)
        #expect(memory.leave("k", number: 1) == nil)
        #expect(memory.leave("k", number: 1) == 7)
        #expect(self.claim("k", &memory) == "new")
        memory.begin("k", digest: "d", 8, number: 2)
        memory.end("k", number: 1, with: Self.answer(), at: Self.start)
        #expect(memory.leave("k", number: 1) == nil)
        #expect(self.claim("k", &memory) == "join 8", "what the work before left behind is not its successor's")
    }

    @Test func whatIsBeingRecordedCountsToo() {
        var memory = Self.memory(bytes: 1_000)
        for number in 1...3 {
            memory.begin("k\(number)", digest: "d", number, number: number)
            memory.end("k\(number)", number: number, with: Self.answer(), at: Self.start)
        }
        let room = 1_000 - 3 * Self.answer().size
        #expect(self.record(room, &memory))
        #expect(self.claim("k1", &memory) == "body", "all is full, and nothing too much")
        #expect(self.record(1, &memory))
        #expect(self.claim("k1", &memory) == "new" && self.claim("k2", &memory) == "body", "the oldest makes room")
        #expect(self.record(999 - room, &memory))
        #expect(memory.bytes == 0)
        #expect(!self.record(1, &memory), "of itself it takes no more")
        #expect(memory.recorded == 1_000)
        memory.drop(1_000)
        #expect(memory.recorded == 0)
        #expect(self.record(1_000, &memory))
    }

    @Test func memoryIsBounded() {
        var memory = Self.memory(entries: 3, bytes: 1_000)
        for number in 1...10 {
            memory.begin("k\(number)", digest: "d", number, number: number)
            memory.end("k\(number)", number: number, with: Self.answer(), at: Self.start)
            #expect(memory.bytes <= 3 * Self.answer().size)
        }
        #expect(self.claim("k7", &memory) == "new" && self.claim("k8", &memory) == "body")
        memory.begin("large", digest: "d", 11, number: 11)
        memory.end("large", number: 11, with: Self.answer(String(repeating: "x", count: 900)), at: Self.start)
        #expect(memory.bytes <= 1_000)
        #expect(self.claim("k8", &memory) == "new", "the oldest make room")
        memory.begin("huge", digest: "d", 12, number: 12)
        memory.end("huge", number: 12, with: Self.answer(String(repeating: "x", count: 2_000)), at: Self.start)
        #expect(self.claim("huge", &memory) == "new", "an answer beyond the bound isn't kept")
    }
}
