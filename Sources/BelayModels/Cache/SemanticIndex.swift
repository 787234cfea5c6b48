/// Questions that were answered, by what they mean. Pure.
///
/// Questions are compared within a partition only: everything but the words of the question is the same there.
struct SemanticIndex: Sendable {
    struct Match: Sendable, Hashable {
        /// Of the answer in the cache.
        var key: String
        /// The cosine of the angle between both meanings: 1 is the same direction.
        var similarity: Double
    }

    private struct Item: Sendable {
        var key: String
        var question: String
        /// Of length 1.
        var vector: [Float]
        var number: UInt64
    }

    let maxEntries: Int
    private var partitions: [String: [Item]] = [:]
    private var count = 0
    private var numbers: UInt64 = 0

    /// - Parameter maxEntries: Questions in all partitions together, from 1; the oldest make room. A search looks at each
    ///   question of its partition.
    init(maxEntries: Int) {
        precondition(maxEntries >= 1, "An index of \(maxEntries) questions finds nothing.")
        self.maxEntries = maxEntries
    }

    /// - Parameter vector: What an embedder said. One without a direction isn't kept.
    mutating func insert(_ question: String, vector: [Float], key: String, in partition: String) {
        guard let vector = Self.normalized(vector) else { return }
        self.remove(key, from: partition)
        self.numbers += 1
        self.partitions[partition, default: []].append(
            Item(key: key, question: question, vector: vector, number: self.numbers))
        self.count += 1
        if self.count > self.maxEntries { self.makeRoom() }
    }

    mutating func remove(_ key: String, from partition: String) {
        guard var items = self.partitions[partition], let index = items.firstIndex(where: { $0.key == key }) else {
            return
        }
        items.remove(at: index)
        self.partitions[partition] = items.isEmpty ? nil : items
        self.count -= 1
    }

    /// The question that is nearest, if it is near enough and nothing in its words says that another thing is asked.
    func nearest(to question: String, vector: [Float], in partition: String, atLeast threshold: Double) -> Match? {
        guard let items = self.partitions[partition], let vector = Self.normalized(vector) else { return nil }
        let words = QuestionWords(question)
        var best: Match?
        for item in items where item.vector.count == vector.count {
            let similarity = Double(zip(item.vector, vector).reduce(Float(0)) { $0 + $1.0 * $1.1 })
            guard similarity >= threshold, similarity > best?.similarity ?? -1,
                words.mayAskTheSame(as: QuestionWords(item.question))
            else { continue }
            best = Match(key: item.key, similarity: similarity)
        }
        return best
    }

    private mutating func makeRoom() {
        // An eighth at once, so that the search for the oldest is paid by many calls together.
        let numbers = self.partitions.values.flatMap { $0.map(\.number) }.sorted()
        let oldest = numbers[min(numbers.count - 1, max(0, self.count - self.maxEntries) + self.maxEntries / 8)]
        for (partition, items) in self.partitions {
            let kept = items.filter { $0.number >= oldest }
            self.count -= items.count - kept.count
            self.partitions[partition] = kept.isEmpty ? nil : kept
        }
    }

    private static func normalized(_ vector: [Float]) -> [Float]? {
        let length = vector.reduce(Float(0)) { $0 + $1 * $1 }.squareRoot()
        guard length.isFinite, length > 0 else { return nil }
        return vector.map { $0 / length }
    }
}
