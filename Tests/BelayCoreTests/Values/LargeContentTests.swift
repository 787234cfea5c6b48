import BelayCore
import BelayJSON
import BelayTesting
import Testing

struct LargeContentTests {
    private static let large = String(repeating: "ä", count: LargeContent.threshold / 2)

    @Test func aLargeTextIsStoredOnceByItsHash() throws {
        let value: JSON = ["a": .string(Self.large), "b": [.string(Self.large), "small"]]
        let (small, contents) = LargeContent.extract(from: value)
        let hash = Digest.sha256(Array(Self.large.utf8))
        #expect(contents == [hash: Self.large])
        #expect(small == ["a": ["$content": .string(hash)], "b": [["$content": .string(hash)], "small"]])
        #expect(LargeContent.references(in: small) == [hash])
        #expect(try LargeContent.restore(small, from: contents) == value)
    }

    @Test func aTextJustBelowTheThresholdStays() {
        let text = String(repeating: "x", count: LargeContent.threshold - 1)
        #expect(LargeContent.extract(from: .string(text)).contents.isEmpty)
        #expect(LargeContent.extract(from: .string(text + "x")).contents.count == 1)
    }

    @Test(
        arguments: [
            ["$content": "abc"], ["$object": ["$content": "abc"]], ["$object": 1], ["$content": ["$content": "abc"]],
            ["$content": .string(Self.large)], ["$object": ["$object": .string(Self.large)]],
            ["$content": "a", "b": 1],
        ] as [JSON])
    func whatLooksLikeAReferenceComesBackAsItWas(value: JSON) throws {
        let (small, contents) = LargeContent.extract(from: value)
        #expect(try LargeContent.restore(small, from: contents) == value)
        #expect(LargeContent.references(in: small) == Set(contents.keys))
    }

    @Test func everythingComesBackAsItWas() throws {
        for seed in 0..<2_000 as Range<UInt64> {
            var samples = EventSamples(seed: seed)
            let value = samples.json(depth: 6)
            let (small, contents) = LargeContent.extract(from: value)
            #expect(try LargeContent.restore(small, from: contents) == value, "seed \(seed)")
        }
    }

    @Test func aMissingTextIsSaidToBeMissing() {
        #expect(throws: StoreError.corrupt("content abc is missing")) {
            try LargeContent.restore(["$content": "abc"], from: [:])
        }
    }
}
