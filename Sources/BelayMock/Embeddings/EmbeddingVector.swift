/// A vector made of a text's words alone (feature hashing, Weinberger and others, 2009): equal texts have equal vectors in
/// every process, texts that share words are near, and others are nearly at right angles.
enum EmbeddingVector {
    /// Places of the vector that one word counts in.
    private static let places: UInt64 = 8

    /// - Returns: Of length 1.
    static func of(_ words: [String], dimensions: Int) -> [Float] {
        var vector = [Float](repeating: 0, count: dimensions)
        for word in words {
            let hash = StableHash.fnv1a(word.utf8)
            for place in 0..<self.places {
                let draw = StableHash.combine(hash, place)
                vector[Int(draw % UInt64(dimensions))] += draw >> 63 == 0 ? 1 : -1
            }
        }
        let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard length > 0 else {
            // Everything cancelled out, which short vectors do.
            vector[0] = 1
            return vector
        }
        return vector.map { $0 / length }
    }
}
