import BelayCore

/// A journal under test: what is asserted about it, with its story in every failure.
public struct Journal: Sendable, CustomStringConvertible {
    public let entries: [JournalEvent]

    public init(_ entries: [JournalEvent]) { self.entries = entries }

    /// All of an execution's journal.
    public init(of execution: ExecutionID, in store: some ExecutionStore) async throws {
        self.entries = try await store.journal(of: execution, after: 0, limit: 10_000)
    }

    public var events: [Event] { self.entries.map(\.event) }
    public var names: [Event.Name] { self.entries.map(\.event.name) }

    /// One line an event.
    public var description: String { self.entries.map(\.line).joined(separator: "\n") }

    public func count(_ name: Event.Name) -> Int { self.names.count { $0 == name } }

    /// Checks that these events are there in this order; others may stand between them.
    ///
    /// - Throws: `JournalMismatch`.
    public func require(inOrder expected: Event.Name...) throws(JournalMismatch) {
        var rest = self.names[...]
        for (index, name) in expected.enumerated() {
            guard let found = rest.firstIndex(of: name) else {
                let before = index == 0 ? "the journal" : "what follows \(expected[index - 1].rawValue)"
                throw JournalMismatch(reason: "there is no \(name.rawValue) in \(before)", journal: self)
            }
            rest = rest[(found + 1)...]
        }
    }

    /// Checks that the journal consists of exactly these events.
    ///
    /// - Throws: `JournalMismatch`.
    public func require(exactly expected: Event.Name...) throws(JournalMismatch) {
        guard self.names != expected else { return }
        let list = expected.map(\.rawValue).joined(separator: ", ")
        throw JournalMismatch(reason: "expected exactly \(list)", journal: self)
    }

    /// Checks what holds for every journal: numbers are dense, each tool call has exactly one result before the next model
    /// call and before the end, and nothing but feedback follows the end.
    ///
    /// - Throws: `JournalMismatch`.
    public func requireSound() throws(JournalMismatch) {
        var check = JournalSoundness()
        for entry in self.entries {
            if let problem = check.take(entry) {
                throw JournalMismatch(reason: "number \(entry.sequence): \(problem)", journal: self)
            }
        }
    }
}

/// A journal that is not what a test expected.
public struct JournalMismatch: Error, CustomStringConvertible {
    public var reason: String
    public var journal: Journal

    public init(reason: String, journal: Journal) {
        self.reason = reason
        self.journal = journal
    }

    public var description: String { "\(self.reason). The journal:\n\(self.journal)" }
}
