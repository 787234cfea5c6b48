/// Finds the end of a tool call's arguments while they come: where the braces of a JSON object or array close.
struct ArgumentsEnd: Sendable {
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    /// The first sign was no brace: where this ends can't be known.
    private var isOther = false
    private(set) var isReached = false

    mutating func read(_ text: String) {
        for byte in text.utf8 where !self.isReached && !self.isOther {
            if self.isInString {
                self.readInString(byte)
            } else {
                self.readOutside(byte)
            }
        }
    }

    private mutating func readInString(_ byte: UInt8) {
        if self.isEscaped {
            self.isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            self.isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            self.isInString = false
        }
    }

    private mutating func readOutside(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["): self.depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            self.depth -= 1
            self.isReached = self.depth <= 0
        case UInt8(ascii: "\""):
            self.isInString = true
            self.isOther = self.depth == 0
        case 0x20, 0x0A, 0x0D, 0x09: break
        default: self.isOther = self.depth == 0
        }
    }
}
