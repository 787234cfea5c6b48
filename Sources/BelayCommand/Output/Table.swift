import BelayCore

/// Lines in columns.
struct Table {
    private var rows: [[String]]

    init(_ header: [String]) { self.rows = [header] }

    /// A cell is a line, whatever is in it.
    mutating func add(_ row: [String]) {
        self.rows.append(row.map { $0.spellingOut(.onTerminal).replacing("\n", with: " ") })
    }

    /// All of it. Cells of the last column end with `…` where the terminal does, if that leaves them 20 characters.
    func text(width: Int?) -> String {
        guard let width else { return self.text }
        return self.text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            let limit = max(width, self.lastColumn + 20)
            return line.count > limit ? "\(line.prefix(limit - 1))…" : String(line)
        }.joined(separator: "\n")
    }

    /// Where the last column begins.
    private var lastColumn: Int {
        let columns = (self.rows.map(\.count).max() ?? 1) - 1
        return (0..<columns).reduce(0) { sum, column in sum + 2 + (self.rows.map { $0[column].count }.max() ?? 0) }
    }

    var text: String {
        let columns = self.rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            self.rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
        }
        return self.rows.map { row in
            row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }
}
