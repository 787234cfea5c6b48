/// Reads JSON from bytes that outlive it. Every read is preceded by a comparison with `count`.
struct JSONParser {
    struct Fault: Error {
        let offset: Int
        let reason: StaticString
    }

    let base: UnsafePointer<UInt8>
    let count: Int
    let depthLimit: Int
    let allowsRepeatedKeys: Bool
    var position = 0

    init(base: UnsafePointer<UInt8>, count: Int, depthLimit: Int, allowsRepeatedKeys: Bool = true) {
        self.base = base
        self.count = count
        self.depthLimit = depthLimit
        self.allowsRepeatedKeys = allowsRepeatedKeys
    }

    static let repeated: StaticString = "an object repeats a key before here"

    func fault(_ reason: StaticString) -> Fault { Fault(offset: self.position, reason: reason) }

    mutating func document() throws(Fault) -> JSON {
        if self.count >= 3, self.base[0] == 0xEF, self.base[1] == 0xBB, self.base[2] == 0xBF {
            throw self.fault("byte order mark before the document")
        }
        self.skipWhitespace()
        let value = try self.value(depth: 0)
        self.skipWhitespace()
        guard self.position == self.count else { throw self.fault("unexpected text after the document") }
        return value
    }

    @inline(__always)
    mutating func skipWhitespace() {
        while self.position < self.count {
            switch self.base[self.position] {
            case 0x20, 0x0A, 0x0D, 0x09: self.position &+= 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(Fault) -> JSON {
        guard self.position < self.count else { throw self.fault("unexpected end of the document") }
        switch self.base[self.position] {
        case UInt8(ascii: "\""): return .string(try self.string())
        case UInt8(ascii: "{"): return .object(try self.object(depth: depth))
        case UInt8(ascii: "["): return .array(try self.array(depth: depth))
        case UInt8(ascii: "t"): return try self.literal("true", .bool(true))
        case UInt8(ascii: "f"): return try self.literal("false", .bool(false))
        case UInt8(ascii: "n"): return try self.literal("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try self.number()
        default: throw self.fault("expected a value")
        }
    }

    private mutating func object(depth: Int) throws(Fault) -> JSON.Object {
        guard depth < self.depthLimit else { throw self.fault("nested too deep") }
        self.position &+= 1
        self.skipWhitespace()
        var members: [JSON.Object.Member] = []
        if self.consume(UInt8(ascii: "}")) { return JSON.Object() }
        members.reserveCapacity(4)
        while true {
            guard self.position < self.count, self.base[self.position] == UInt8(ascii: "\"") else {
                throw self.fault("expected a key in double quotes")
            }
            let key = try self.string()
            self.skipWhitespace()
            guard self.consume(UInt8(ascii: ":")) else { throw self.fault("expected ':' after the key") }
            self.skipWhitespace()
            members.append(JSON.Object.Member(key: key, value: try self.value(depth: depth &+ 1)))
            self.skipWhitespace()
            if self.consume(UInt8(ascii: ",")) {
                self.skipWhitespace()
            } else if self.consume(UInt8(ascii: "}")) {
                let object = JSON.Object(members: members)
                guard self.allowsRepeatedKeys || object.count == members.count else { throw self.fault(Self.repeated) }
                return object
            } else {
                throw self.fault("expected ',' or '}'")
            }
        }
    }

    private mutating func array(depth: Int) throws(Fault) -> [JSON] {
        guard depth < self.depthLimit else { throw self.fault("nested too deep") }
        self.position &+= 1
        self.skipWhitespace()
        var values: [JSON] = []
        if self.consume(UInt8(ascii: "]")) { return values }
        while true {
            values.append(try self.value(depth: depth &+ 1))
            self.skipWhitespace()
            if self.consume(UInt8(ascii: ",")) {
                self.skipWhitespace()
            } else if self.consume(UInt8(ascii: "]")) {
                return values
            } else {
                throw self.fault("expected ',' or ']'")
            }
        }
    }

    @inline(__always)
    private mutating func consume(_ byte: UInt8) -> Bool {
        guard self.position < self.count, self.base[self.position] == byte else { return false }
        self.position &+= 1
        return true
    }

    private mutating func literal(_ text: StaticString, _ value: JSON) throws(Fault) -> JSON {
        guard self.position + text.utf8CodeUnitCount <= self.count else { throw self.fault("expected a value") }
        for offset in 0..<text.utf8CodeUnitCount
        where self.base[self.position + offset] != text.utf8Start[offset] {
            throw self.fault("expected a value")
        }
        self.position &+= text.utf8CodeUnitCount
        return value
    }
}
