import BelayResilience
import BelayTesting
import Testing

@testable import BelayServer

/// What is recorded of streams under way, of which all together have their bound.
struct KeptAnswersTests {
    private let answers = KeptAnswers(clock: ManualClock())

    private func begin(_ key: String) throws -> StreamRecord {
        guard case .own(let record) = try self.answers.stream(for: key, digest: "d") else {
            throw IsKept()
        }
        return record
    }

    private struct IsKept: Error {}

    /// How long the answer is that was kept; nil when there is none, and then the key is in use no more.
    private func kept(_ key: String) throws -> Int? {
        guard case .repeated(let answer) = try self.answers.stream(for: key, digest: "d") else { return nil }
        return answer.body.count
    }

    private static let most = [UInt8](repeating: 0x78, count: StreamRecord.most)

    @Test func streamsUnderWayHoldNoMoreThanIsKept() throws {
        let records = try (1...9).map { try self.begin("k\($0)") }
        for record in records { record.append(Self.most) }
        // The ninth had no room, and gets none later: a part of it is missing.
        for record in records { record.keep([:]) }
        #expect(try self.kept("k9") == nil)
        // With its headers an answer takes a little more than its bytes.
        #expect(try self.kept("k1") == nil)
        for number in 2...8 { #expect(try self.kept("k\(number)") == StreamRecord.most) }
    }

    @Test func whatAStreamHeldIsFreeWhenItEnds() throws {
        for number in 1...20 { try self.begin("left \(number)").append(Self.most) }
        for number in 1...20 {
            let record = try self.begin("too long \(number)")
            record.append(Self.most)
            record.append([0x78])
        }
        let record = try self.begin("k")
        record.append(Self.most)
        record.keep([:])
        #expect(try self.kept("k") == StreamRecord.most)
    }

    @Test func aStreamUnderWayIsPreferredToAnAnswerThatIsOld() throws {
        for number in 1...7 {
            let record = try self.begin("k\(number)")
            record.append(Self.most)
            record.keep([:])
        }
        let running = try (8...9).map { try self.begin("k\($0)") }
        for record in running { record.append(Self.most) }
        #expect(try self.kept("k1") == nil)
        #expect(try self.kept("k7") == StreamRecord.most)
        for record in running { record.keep([:]) }
        #expect(try self.kept("k9") == StreamRecord.most)
    }
}
