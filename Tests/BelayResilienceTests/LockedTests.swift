import BelayResilience
import BelayTesting
import Testing

struct LockedTests {
    @Test func noUpdateOfManyTasksIsLost() async {
        let count = Locked(0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask { for _ in 0..<1_000 { count.withLock { $0 += 1 } } }
            }
        }
        #expect(count.withLock { $0 } == 50_000)
    }

    @Test func errorsLeaveTheLockOpen() {
        struct Broken: Error {}
        let value = Locked(1)
        #expect(throws: Broken.self) { try value.withLock { _ throws(Broken) in throw Broken() } }
        #expect(value.withLock { $0 } == 1)
    }

    @Test func copiesOfARandomSourceDrawFromOneSequence() {
        var expected = SeededGenerator(seed: 5)
        let source = RandomSource(SeededGenerator(seed: 5))
        let copy = source
        for _ in 0..<10 {
            #expect(source.next() == expected.next())
            #expect(copy.next() == expected.next())
        }
    }
}
