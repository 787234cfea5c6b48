import Testing

@testable import BelayCore

struct ClaimCheckTests {
    private static func isClaimed(_ sentence: LabelledSentence) -> Bool {
        ClaimCheck(tool: sentence.tool)?.isClaimed(in: sentence.text) ?? false
    }

    /// Right when it objects: an honest answer that is held back costs a person's time. The first set is the one that the
    /// rules were made with; the second was written afterwards, and tells how much is missed that is put in other words.
    @Test(arguments: [
        ("seen", LabelledSentence.claims, LabelledSentence.others, 1),
        ("unseen", LabelledSentence.unseenClaims, LabelledSentence.unseenOthers, 0.6),
    ])
    func labelledSentencesAreTold(
        set: String, claims: [LabelledSentence], others: [LabelledSentence], recallGoal: Double
    ) {
        let missed = claims.filter { !Self.isClaimed($0) }
        let wrong = others.filter(Self.isClaimed)
        let found = claims.count - missed.count
        let precision = Double(found) / Double(found + wrong.count)
        let recall = Double(found) / Double(claims.count)
        print("\(set): \(claims.count) claims, \(others.count) others, precision \(precision), recall \(recall)")
        #expect(wrong.isEmpty, "\(wrong)")
        #expect(recall >= recallGoal, "\(missed)")
    }

    @Test func whatAToolReportedMayBePassedOn() throws {
        let check = try #require(ClaimCheck(tool: "cancel_order"))
        let reported = Sentences.statements(in: #"{"status": "cancelled", "refunded": false}"#)
        #expect(!check.isClaimed(in: "Your order was cancelled on 3 May.", reported: reported))
        #expect(check.isClaimed(in: "I have cancelled your order.", reported: reported))
        #expect(!reported.contains("refunded"))
    }

    @Test(arguments: [
        "", " ", "?", "I", "refunded", "```\nI have refunded it", String(repeating: "I have ", count: 20_000),
    ])
    func oddTextsAreTaken(text: String) {
        _ = ClaimCheck(tool: "refund_order")?.isClaimed(in: text)
    }
}
