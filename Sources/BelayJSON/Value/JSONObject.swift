extension JSON {
    /// An object's members in the order in which they were first written. Of a repeated key the last value counts.
    ///
    /// Looking up and setting take constant time (above 16 members by an index), removing takes linear time. Keys are
    /// told apart by their code points. Equality ignores the order.
    public struct Object: Sendable {
        struct Member: Sendable {
            let key: String
            var value: JSON
        }

        /// A key that equals another only with the same code points.
        struct IndexKey: Hashable, Sendable {
            let text: String

            static func == (left: IndexKey, right: IndexKey) -> Bool { left.text.hasSameCodePoints(as: right.text) }
        }

        /// From this many members on, a dictionary is faster than comparing the keys one by one.
        static let indexThreshold = 17

        private(set) var members: [Member]
        /// Where each key is in `members`; nil for small objects.
        private var index: [IndexKey: Int]?

        public init() { self.members = [] }

        public init(_ pairs: [(key: String, value: JSON)]) {
            self.init(members: pairs.map { Member(key: $0.key, value: $0.value) })
        }

        init(members: [Member]) {
            self.members = members
            if members.count < Self.indexThreshold {
                self.removeDuplicatesByComparing()
            } else {
                self.removeDuplicatesByIndexing()
            }
        }

        public var count: Int { self.members.count }
        public var isEmpty: Bool { self.members.isEmpty }
        public var keys: [String] { self.members.map(\.key) }
        public var values: [JSON] { self.members.map(\.value) }

        public subscript(key: String) -> JSON? {
            get { self.position(of: key).map { self.members[$0].value } }
            set {
                switch (self.position(of: key), newValue) {
                case (let position?, let value?): self.members[position].value = value
                case (let position?, nil): self.remove(at: position)
                case (nil, let value?): self.append(Member(key: key, value: value))
                case (nil, nil): break
                }
            }
        }

        private func position(of key: String) -> Int? {
            if let index = self.index { return index[IndexKey(text: key)] }
            return self.members.firstIndex { $0.key.hasSameCodePoints(as: key) }
        }

        private mutating func append(_ member: Member) {
            self.members.append(member)
            if self.index != nil {
                self.index?[IndexKey(text: member.key)] = self.members.count - 1
            } else if self.members.count >= Self.indexThreshold {
                self.removeDuplicatesByIndexing()
            }
        }

        private mutating func remove(at position: Int) {
            let removed = self.members.remove(at: position)
            guard self.index != nil else { return }
            self.index?[IndexKey(text: removed.key)] = nil
            for later in position..<self.members.count {
                self.index?[IndexKey(text: self.members[later].key)] = later
            }
        }

        private mutating func removeDuplicatesByComparing() {
            var position = 1
            while position < self.members.count {
                let key = self.members[position].key
                if let first = self.members[..<position].firstIndex(where: { $0.key.hasSameCodePoints(as: key) }) {
                    self.members[first].value = self.members[position].value
                    self.members.remove(at: position)
                } else {
                    position += 1
                }
            }
        }

        private mutating func removeDuplicatesByIndexing() {
            var index = [IndexKey: Int](minimumCapacity: self.members.count)
            var kept = 0
            for position in self.members.indices {
                let member = self.members[position]
                if let first = index[IndexKey(text: member.key)] {
                    self.members[first].value = member.value
                } else {
                    index[IndexKey(text: member.key)] = kept
                    if kept != position { self.members[kept] = member }
                    kept += 1
                }
            }
            self.members.removeSubrange(kept...)
            self.index = index
        }
    }
}

extension JSON.Object: Hashable {
    public static func == (left: Self, right: Self) -> Bool {
        guard left.count == right.count else { return false }
        for (member, other) in zip(left.members, right.members) {
            // Objects of the same origin mostly have the same order, which needs no look-up.
            if member.key.hasSameCodePoints(as: other.key) {
                guard member.value == other.value else { return false }
            } else {
                guard let value = right[member.key], value == member.value else { return false }
            }
        }
        return true
    }

    public func hash(into hasher: inout Hasher) {
        var sum = 0  // A sum, since the order must not count.
        for member in self.members {
            var own = Hasher()
            own.combine(member.key)
            own.combine(member.value)
            sum &+= own.finalize()
        }
        hasher.combine(5)
        hasher.combine(sum)
    }
}

extension JSON.Object: Sequence {
    public struct Iterator: IteratorProtocol {
        var base: IndexingIterator<[Member]>

        public mutating func next() -> (key: String, value: JSON)? {
            self.base.next().map { (key: $0.key, value: $0.value) }
        }
    }

    public func makeIterator() -> Iterator { Iterator(base: self.members.makeIterator()) }
    public var underestimatedCount: Int { self.members.count }
}

extension JSON.Object: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self.init(elements.map { (key: $0.0, value: $0.1) })
    }
}
