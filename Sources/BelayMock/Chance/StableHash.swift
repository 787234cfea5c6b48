import BelayResilience

/// Hashes that are the same in every process, which `Hasher` is not: a seed must mean the same tomorrow.
enum StableHash {
    /// FNV-1a, 64 bits. Recognises requests; it protects nothing.
    static func fnv1a(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash
    }

    static func combine(_ values: UInt64...) -> UInt64 {
        values.reduce(0) { SeededGenerator.mix($0 ^ $1) }
    }

    static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
