import BelayResilience

extension SeededGenerator {
    /// A number from 0 up to, but not including, 1.
    mutating func unit() -> Double { Double(self.next() >> 11) * 0x1p-53 }

    /// A name of letters and digits, as vendors use in their identifiers.
    mutating func token(length: Int) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8)
        var bytes: [UInt8] = []
        for _ in 0..<length { bytes.append(alphabet[Int(self.next() % UInt64(alphabet.count))]) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
