import BelayJSON
import Foundation

extension OpenAIFormat {
    static func body(of vectors: [[Float]], isBase64: Bool, model: String, tokens: Int) -> JSON {
        let data = vectors.enumerated().map { index, vector -> JSON in
            let embedding: JSON =
                isBase64 ? .string(self.base64(vector)) : .array(vector.map { JSON(Double($0)) })
            return ["object": "embedding", "index": JSON(index), "embedding": embedding]
        }
        return [
            "object": "list", "data": .array(data), "model": .string(model),
            "usage": ["prompt_tokens": JSON(tokens), "total_tokens": JSON(tokens)],
        ]
    }

    /// IEEE 754, 32 bits, the lowest byte first.
    private static func base64(_ vector: [Float]) -> String {
        var data = Data(capacity: vector.count * 4)
        for value in vector {
            let bits = value.bitPattern
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                data.append(UInt8(truncatingIfNeeded: bits >> shift))
            }
        }
        return data.base64EncodedString()
    }
}
