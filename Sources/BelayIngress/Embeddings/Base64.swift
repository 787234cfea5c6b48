/// RFC 4648, section 4, with padding.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encoded(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        output.reserveCapacity((bytes.count + 2) / 3 * 4)
        var position = 0
        while position < bytes.count {
            let count = min(3, bytes.count - position)
            var group: UInt32 = 0
            for offset in 0..<3 {
                group = group << 8 | (offset < count ? UInt32(bytes[position + offset]) : 0)
            }
            for digit in 0..<4 {
                let value = Int(group >> (18 - UInt32(digit) * 6)) & 63
                output.append(digit <= count ? self.alphabet[value] : UInt8(ascii: "="))
            }
            position += 3
        }
        return String(decoding: output, as: UTF8.self)
    }
}
