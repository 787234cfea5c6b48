import Testing

@testable import BelayModels

struct SemanticIndexTests {
    @Test func theNearestOfThePartitionIsFound() {
        var index = SemanticIndex(maxEntries: 10)
        index.insert("How are you?", vector: [1, 0], key: "a", in: "p")
        index.insert("How do you feel today?", vector: [2, 1], key: "b", in: "p")
        index.insert("How are you?", vector: [0, 3], key: "c", in: "other")
        let match = index.nearest(to: "How do you do?", vector: [5, 2], in: "p", atLeast: 0.9)
        #expect(match?.key == "b" && (match?.similarity ?? 0) > 0.99)
        #expect(index.nearest(to: "How do you do?", vector: [0, 1], in: "p", atLeast: 0.9) == nil)
        #expect(index.nearest(to: "How do you do?", vector: [0, 1], in: "nothing", atLeast: 0.5) == nil)
        index.remove("b", from: "p")
        #expect(index.nearest(to: "How do you do?", vector: [5, 2], in: "p", atLeast: 0.9)?.key == "a")
    }

    @Test func whatHasNoDirectionOrAnotherLengthIsNoMatch() {
        var index = SemanticIndex(maxEntries: 10)
        index.insert("a", vector: [0, 0], key: "a", in: "p")
        index.insert("b", vector: [.nan, 1], key: "b", in: "p")
        index.insert("c", vector: [1, 0, 0], key: "c", in: "p")
        #expect(index.nearest(to: "d", vector: [1, 0], in: "p", atLeast: 0.5) == nil)
        #expect(index.nearest(to: "d", vector: [], in: "p", atLeast: 0.5) == nil)
    }

    @Test func theOldestMakeRoom() {
        func vector(_ number: Int) -> [Float] {
            var vector = [Float](repeating: 0, count: 1_000)
            vector[number] = 1
            return vector
        }
        var index = SemanticIndex(maxEntries: 80)
        for number in 0..<1_000 {
            index.insert("question", vector: vector(number), key: "\(number)", in: "\(number % 3)")
        }
        let found = (0..<1_000).filter {
            index.nearest(to: "question", vector: vector($0), in: "\($0 % 3)", atLeast: 0.9) != nil
        }
        #expect(found.count <= 80 && found.count >= 70 && found == Array((1_000 - found.count)..<1_000))
    }

    @Test(arguments: [
        ("Where is order 4711?", "Where is order 4712?"), ("Do you ship to Canada?", "Do you ship from Canada?"),
        ("Is it open?", "Isn't it open?"), ("Can I do that?", "Can I not do that?"),
        ("Where does Ana live?", "Where does Ben live?"), ("Did Ana pay Ben?", "Did Ben pay Ana?"),
        ("Give me two of these", "Give me three of them"), ("Turn it on", "Turn it off"),
    ])
    func wordsShowThatAnotherThingIsAsked(first: String, second: String) {
        #expect(!QuestionWords(first).mayAskTheSame(as: QuestionWords(second)))
        #expect(!QuestionWords(second).mayAskTheSame(as: QuestionWords(first)))
        #expect(QuestionWords(first).mayAskTheSame(as: QuestionWords(first)))
    }

    @Test(arguments: [
        ("How do I reset my password?", "How can I reset the password?"),
        ("What is the capital of France?", "Which city is the capital of France?"),
        ("Is France's capital large?", "Does France have a large capital?"),
    ])
    func otherWordsForTheSameMayPass(first: String, second: String) {
        #expect(QuestionWords(first).mayAskTheSame(as: QuestionWords(second)))
    }
}
