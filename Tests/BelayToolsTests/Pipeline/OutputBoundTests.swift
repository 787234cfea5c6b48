import Testing

@testable import BelayTools

struct OutputBoundTests {
    @Test func leavesWhatFitsAsItIs() {
        let text = String(repeating: "é", count: 300)
        let bounded = OutputBound(maxCharacters: 300).apply(to: text)
        #expect(bounded.text == text)
        #expect(bounded.truncatedFrom == nil)
    }

    @Test(arguments: [256, 1_000, 32_768])
    func cutsToTheBoundAndSaysHowMuchThereWas(limit: Int) {
        let text = String(repeating: "x", count: 20_000_000)
        let bounded = OutputBound(maxCharacters: limit).apply(to: text)
        #expect(bounded.truncatedFrom == 20_000_000)
        #expect(bounded.text.unicodeScalars.count <= limit)
        let kept = bounded.text.prefix { $0 == "x" }.count
        #expect(kept > limit - 150)
        #expect(bounded.text.contains("the first \(kept) of 20000000 characters"))
    }

    @Test func aSingleEndlessCharacterIsCutToo() {
        let text = "e" + String(repeating: "\u{301}", count: 10_000)
        #expect(text.count == 1)
        let bounded = OutputBound(maxCharacters: 500).apply(to: text)
        #expect(bounded.truncatedFrom == 10_001)
        #expect(bounded.text.unicodeScalars.count <= 500)
    }
}
