import BelayJSON
import BelayResilience

/// Random values of the same seed are the same everywhere.
extension SeededGenerator {
    /// Any JSON value, at most `depth` levels deep.
    mutating func json(depth: Int) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &self) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &self))
        case 2: return .int(Int64(bitPattern: self.next()) >> Int64.random(in: 0..<64, using: &self))
        case 3: return JSON(Double(bitPattern: self.next()))
        case 4: return self.number()
        case 5: return .string(self.string())
        case 6: return .array((0..<Int.random(in: 0..<5, using: &self)).map { _ in self.json(depth: depth - 1) })
        default:
            let count = Int.random(in: 0..<24, using: &self)
            return .object(
                JSON.Object((0..<count).map { _ in (key: self.string(), value: self.json(depth: depth - 1)) }))
        }
    }

    private mutating func number() -> JSON {
        var text = Bool.random(using: &self) ? "-" : ""
        text += String(UInt64.random(in: 1..<100, using: &self))
        for _ in 0..<Int.random(in: 0..<30, using: &self) { text += String(UInt8.random(in: 0..<10, using: &self)) }
        if Bool.random(using: &self) { text += ".\(UInt32.random(in: 0..<1000, using: &self))" }
        if Bool.random(using: &self) { text += "e\(Int.random(in: -400..<400, using: &self))" }
        return JSON.Number(text).map { $0.int64Value.map(JSON.int) ?? .number($0) } ?? .null
    }

    mutating func string() -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0..<12, using: &self) {
            let bound: UInt32 = [0x20, 0x80, 0x800, 0x110000].randomElement(using: &self) ?? 0x80
            text.append(Unicode.Scalar(UInt32.random(in: 0..<bound, using: &self)) ?? "\\")
        }
        return String(text)
    }
}
