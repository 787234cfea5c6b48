import BelayJSON

/// A bounded set of schemas, in two generations: when the younger is full it becomes the older, and the older is
/// forgotten. What is asked for stays young.
struct SchemaMemory: Sendable {
    /// Schemas that are larger are rare, and not worth their memory.
    static let largest = 64 << 10

    private let generation: Int
    private var young: Set<JSON> = []
    private var old: Set<JSON> = []

    /// - Parameter capacity: From 2.
    init(capacity: Int) {
        precondition(capacity >= 2, "A memory of \(capacity) schemas holds none in each of its two generations.")
        self.generation = capacity / 2
    }

    var count: Int { self.young.union(self.old).count }

    mutating func knows(_ schema: JSON) -> Bool {
        if self.young.contains(schema) { return true }
        guard self.old.contains(schema) else { return false }
        self.insert(schema)
        return true
    }

    mutating func remember(_ schema: JSON) {
        var room = Self.largest
        guard Self.fits(schema, in: &room) else { return }
        self.insert(schema)
    }

    private mutating func insert(_ schema: JSON) {
        if self.young.count >= self.generation {
            self.old = self.young
            self.young = []
        }
        self.young.insert(schema)
    }

    /// Counts the bytes of keys and texts, and 16 for every value.
    private static func fits(_ json: JSON, in room: inout Int) -> Bool {
        room -= 16
        switch json {
        case .string(let text): room -= text.utf8.count
        case .number(let number): room -= number.text.utf8.count
        case .array(let values):
            for value in values where !Self.fits(value, in: &room) { return false }
        case .object(let object):
            for (key, value) in object {
                room -= key.utf8.count
                guard Self.fits(value, in: &room) else { return false }
            }
        case .null, .bool, .int: break
        }
        return room >= 0
    }
}
