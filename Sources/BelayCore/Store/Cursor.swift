/// A place in a list. Opaque to clients, safe in a URL.
public struct Cursor: Sendable, Hashable, CustomStringConvertible {
    /// The identifier of the last item seen; lists run from new to old, and identifiers sort by time.
    public var last: String

    public init(last: String) { self.last = last }

    /// - Throws: `CursorError` for text that no list gave out.
    public init(text: String) throws(CursorError) {
        guard text.count <= 80, text.hasPrefix("c1."), text.dropFirst(3).contains("_") else { throw CursorError() }
        self.last = String(text.dropFirst(3))
    }

    public var description: String { "c1.\(self.last)" }
}

public struct CursorError: Error, Sendable, Hashable {
    public init() {}
}
