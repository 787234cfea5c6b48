/// Loops over bytes that the parser, the writer and the comparison of strings share.
enum JSONScan {
    /// Where the next quote, backslash or control character is, at or after `from`; `end` when there is none.
    ///
    /// Eight bytes at a time: `(x - 0x01…) & ~x & 0x80…` marks the zero bytes of x. A borrow may mark bytes above the
    /// first match wrongly, never below it, and only the lowest mark is used.
    static func special(_ base: UnsafePointer<UInt8>, from: Int, to end: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let high: UInt64 = 0x8080_8080_8080_8080
        var position = from
        while position &+ 8 <= end {
            let word = UInt64(
                littleEndian: UnsafeRawPointer(base).loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let quote = word ^ 0x2222_2222_2222_2222
            let backslash = word ^ 0x5C5C_5C5C_5C5C_5C5C
            let quotes = (quote &- ones) & ~quote
            let backslashes = (backslash &- ones) & ~backslash
            let controls = (word &- 0x2020_2020_2020_2020) & ~word
            let marks = (quotes | backslashes | controls) & high
            if marks != 0 { return position &+ (marks.trailingZeroBitCount >> 3) }
            position &+= 8
        }
        while position < end {
            let byte = base[position]
            if byte == 0x22 || byte == 0x5C || byte < 0x20 { return position }
            position &+= 1
        }
        return end
    }

    /// The text, or nil when the bytes are not UTF-8.
    ///
    /// Decoding replaces what is wrong, so the bytes differ exactly then. (`String.init(validating:as:)` isn't specialised
    /// in the standard library and costs several times as much.)
    static func string(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        let isUnchanged = text.utf8.withContiguousStorageIfAvailable { Self.areEqual($0, bytes) }
        return isUnchanged ?? text.utf8.elementsEqual(bytes) ? text : nil
    }

    static func areEqual(_ left: UnsafeBufferPointer<UInt8>, _ right: UnsafeBufferPointer<UInt8>) -> Bool {
        let count = left.count
        guard count == right.count else { return false }
        guard let first = left.baseAddress, let second = right.baseAddress else { return true }
        var position = 0
        while position &+ 8 <= count {
            let one = UnsafeRawPointer(first).loadUnaligned(fromByteOffset: position, as: UInt64.self)
            let other = UnsafeRawPointer(second).loadUnaligned(fromByteOffset: position, as: UInt64.self)
            guard one == other else { return false }
            position &+= 8
        }
        while position < count {
            guard first[position] == second[position] else { return false }
            position &+= 1
        }
        return true
    }

    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - 0x30
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - 0x57
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - 0x37
        default: nil
        }
    }
}
