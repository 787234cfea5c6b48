import BelayCore
import GRDB

/// The part of a query after its selection: conditions on columns, the newest first.
struct ListQuery: Sendable {
    private let table: String
    private let prefix: String
    private var conditions: [String] = []
    private(set) var arguments = StatementArguments()

    /// - Parameter prefix: What identifiers of the list begin with.
    init(table: String, prefix: String) {
        self.table = table
        self.prefix = prefix
    }

    /// A condition on a column, nothing for nil. Names come from the source, never from a request.
    mutating func require(_ column: String, _ value: String?) {
        guard let value else { return }
        self.conditions.append(column.contains("?") ? column : "\(self.table).\(column) = ?")
        self.arguments += [value]
    }

    mutating func require(_ condition: String) { self.conditions.append(condition) }

    mutating func require(_ column: String, oneOf values: [String]?) {
        guard let values else { return }
        let marks = values.map { _ in "?" }.joined(separator: ", ")
        self.conditions.append("\(self.table).\(column) IN (\(marks))")
        self.arguments += StatementArguments(values.sorted())
    }

    /// - Throws: `CursorError` for a cursor that another list gave out.
    mutating func start(after cursor: BelayCore.Cursor?) throws {
        guard let cursor else { return }
        guard cursor.last.hasPrefix("\(self.prefix)_") else { throw CursorError() }
        self.conditions.append("\(self.table).id < ?")
        self.arguments += [cursor.last]
    }

    var suffix: String {
        let condition = self.conditions.isEmpty ? "" : "WHERE \(self.conditions.joined(separator: " AND ")) "
        return "\(condition)ORDER BY \(self.table).id DESC"
    }
}
