/// The header fields of a message, in order. Names are compared without regard to ASCII case; a name may occur twice.
public struct HTTPHeaderFields: Sendable, Hashable, ExpressibleByDictionaryLiteral, Sequence {
    public struct Field: Sendable, Hashable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }

        func isNamed(_ name: String) -> Bool {
            self.name.utf8.count == name.utf8.count
                && zip(self.name.utf8, name.utf8).allSatisfy { $0.asciiLowercased == $1.asciiLowercased }
        }
    }

    private var fields: [Field] = []

    public init() {}

    public init(_ fields: [Field]) { self.fields = fields }

    public init(dictionaryLiteral elements: (String, String)...) {
        self.fields = elements.map { Field(name: $0.0, value: $0.1) }
    }

    public var count: Int { self.fields.count }
    public var isEmpty: Bool { self.fields.isEmpty }

    /// The first value of a name; setting replaces all of them, and nil removes them.
    public subscript(name: String) -> String? {
        get { self.fields.first { $0.isNamed(name) }?.value }
        set {
            guard let newValue else { return self.fields.removeAll { $0.isNamed(name) } }
            guard let first = self.fields.firstIndex(where: { $0.isNamed(name) }) else {
                return self.fields.append(Field(name: name, value: newValue))
            }
            self.fields[first].value = newValue
            let kept = self.fields[...first]
            self.fields = Array(kept) + self.fields[(first + 1)...].filter { !$0.isNamed(name) }
        }
    }

    public mutating func append(_ name: String, _ value: String) {
        self.fields.append(Field(name: name, value: value))
    }

    public func makeIterator() -> IndexingIterator<[Field]> { self.fields.makeIterator() }
}

extension UInt8 {
    fileprivate var asciiLowercased: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }
}
