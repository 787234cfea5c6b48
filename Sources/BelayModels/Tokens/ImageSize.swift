/// The size of an image in pixels, from the first bytes of its file.
struct ImageSize: Sendable, Hashable {
    var width: Int
    var height: Int

    /// Larger ones are taken for this large, and no product can overflow.
    private static let mostPixels = 1 << 20
    /// Photographs have their thumbnails before their size.
    private static let mostHeaderCharacters = 96 << 10

    init(width: Int, height: Int) {
        self.width = min(max(1, width), Self.mostPixels)
        self.height = min(max(1, height), Self.mostPixels)
    }

    /// - Parameter data: A PNG, GIF, JPEG or WebP file; nil for anything else, and for one whose size stands too far behind.
    init?(base64 data: String) {
        let bytes = Self.decoded(data.utf8.prefix(Self.mostHeaderCharacters))
        guard let size = Self.png(bytes) ?? Self.gif(bytes) ?? Self.webP(bytes) ?? Self.jpeg(bytes) else { return nil }
        self.init(width: size.0, height: size.1)
    }

    /// Made smaller, in proportion, until no side is longer.
    func fitted(into edge: Int) -> ImageSize { self.scaled(from: max(self.width, self.height), to: edge) }

    func fitted(shorterInto edge: Int) -> ImageSize { self.scaled(from: min(self.width, self.height), to: edge) }

    private func scaled(from side: Int, to edge: Int) -> ImageSize {
        guard side > edge else { return self }
        return ImageSize(width: self.width * edge / side, height: self.height * edge / side)
    }

    /// How many squares cover it.
    func squares(of side: Int) -> Int {
        ((self.width + side - 1) / side) * ((self.height + side - 1) / side)
    }

    /// PNG specification, 5.6: the header chunk comes first.
    private static func png(_ bytes: [UInt8]) -> (Int, Int)? {
        guard bytes.count >= 24, bytes[0] == 0x89, bytes[1...3].elementsEqual("PNG".utf8) else { return nil }
        return (Self.number(bytes[16..<20]), Self.number(bytes[20..<24]))
    }

    /// GIF89a, section 18: the logical screen.
    private static func gif(_ bytes: [UInt8]) -> (Int, Int)? {
        guard bytes.count >= 10, bytes[0...2].elementsEqual("GIF".utf8) else { return nil }
        return (Self.number(bytes[6..<8].reversed()), Self.number(bytes[8..<10].reversed()))
    }

    /// RFC 9649, sections 2.5 to 2.7: lossy, lossless, or the extended format.
    private static func webP(_ bytes: [UInt8]) -> (Int, Int)? {
        guard bytes.count >= 30, bytes[0...3].elementsEqual("RIFF".utf8), bytes[8...11].elementsEqual("WEBP".utf8)
        else { return nil }
        switch bytes[15] {
        case UInt8(ascii: " "):
            return (
                Self.number(bytes[26..<28].reversed()) & 0x3FFF, Self.number(bytes[28..<30].reversed()) & 0x3FFF
            )
        case UInt8(ascii: "L"):
            let bits = Self.number(bytes[21..<25].reversed())
            return (1 + bits & 0x3FFF, 1 + (bits >> 14) & 0x3FFF)
        default: return (1 + Self.number(bytes[24..<27].reversed()), 1 + Self.number(bytes[27..<30].reversed()))
        }
    }

    /// ITU T.81, annex B: segments with their lengths, one of which starts the frame.
    private static func jpeg(_ bytes: [UInt8]) -> (Int, Int)? {
        guard bytes.count >= 4, bytes[0] == 0xFF, bytes[1] == 0xD8 else { return nil }
        var position = 2
        while position + 9 < bytes.count, bytes[position] == 0xFF {
            let marker = bytes[position + 1]
            if (0xC0...0xCF).contains(marker), ![0xC4, 0xC8, 0xCC].contains(marker) {
                return (
                    Self.number(bytes[(position + 7)..<(position + 9)]),
                    Self.number(bytes[(position + 5)..<(position + 7)])
                )
            }
            position += 2 + max(2, Self.number(bytes[(position + 2)..<(position + 4)]))
        }
        return nil
    }

    private static func number(_ bytes: some Sequence<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

    /// RFC 4648, section 4, as far as it goes.
    private static func decoded(_ text: some Sequence<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var (bits, count) = (0, 0)
        for character in text {
            guard let value = Self.sixBits(character) else { break }
            (bits, count) = ((bits << 6 | value) & 0xFFFF, count + 6)
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        return bytes
    }

    private static func sixBits(_ character: UInt8) -> Int? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(character) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(character) - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(character) + 4
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
