/// Which members of an object or items of an array some subschema has evaluated.
struct SchemaMarks {
    private(set) var flags: [Bool]

    init(for value: JSON) {
        switch value {
        case .array(let values): self.flags = Array(repeating: false, count: values.count)
        case .object(let object): self.flags = Array(repeating: false, count: object.count)
        default: self.flags = []
        }
    }

    mutating func mark(_ position: Int) { self.flags[position] = true }

    mutating func markAll() { self.flags = Array(repeating: true, count: self.flags.count) }

    mutating func formUnion(_ other: SchemaMarks) {
        for (position, flag) in other.flags.enumerated() where flag { self.flags[position] = true }
    }
}
