import BelayJSON

/// Writes embeddings in the form that was asked for.
package enum EmbeddingAnswerWriter {
    /// - Parameters:
    ///   - vectors: One for each input, in order.
    ///   - model: The one that made them; the client's own name when empty.
    package static func body(
        of vectors: [[Float]], model: String, inputTokens: Int, to request: IngressEmbedding
    ) -> [UInt8] {
        let data = vectors.enumerated().map { index, vector -> JSON in
            let embedding: JSON =
                request.encodesBase64
                ? .string(Base64.encoded(self.bytes(of: vector))) : .array(vector.map(self.number))
            return ["object": "embedding", "index": JSON(index), "embedding": embedding]
        }
        let body: JSON = [
            "object": "list", "data": .array(data), "model": .string(model.isEmpty ? request.model : model),
            "usage": ["prompt_tokens": JSON(inputTokens), "total_tokens": JSON(inputTokens)],
        ]
        return body.bytes()
    }

    /// The shortest text that gives the value back; what is no number is null.
    private static func number(_ value: Float) -> JSON {
        guard value.isFinite, let number = JSON.Number("\(value)") else { return .null }
        return .number(number)
    }

    /// IEEE 754, 32 bits, the lowest byte first.
    private static func bytes(of vector: [Float]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(vector.count * 4)
        for value in vector {
            let bits = value.bitPattern
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: bits >> shift))
            }
        }
        return bytes
    }
}
