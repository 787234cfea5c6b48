/// Where something stands in the file; lines and columns count from 1.
struct Position: Sendable, Hashable, Comparable {
    var line: Int
    var column: Int

    /// For what concerns the file as a whole.
    static let file = Position(line: 0, column: 0)

    static func < (left: Position, right: Position) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}
