import BelayCore

/// Records as in RFC 4180: fields with commas between, lines that end with CR LF, quotes where a field needs them. A text
/// that a spreadsheet would take for a formula has an apostrophe before it: names are chosen by clients.
struct CSV {
    private(set) var text = ""

    init(_ header: [String]) { self.add(header) }

    mutating func add(_ record: [String]) {
        self.text += record.map(Self.quoted).joined(separator: ",") + "\r\n"
    }

    private static func quoted(_ field: String) -> String {
        let isFormula = "=+-@\t\r".contains(field.prefix(1)) && !field.isEmpty && Double(field) == nil
        let field = isFormula ? "'\(field)" : field
        let needsQuotes = field.utf8.contains { [44, 34, 10, 13].contains($0) }
        return needsQuotes ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
    }
}

extension Money {
    /// Dollars as a plain decimal: `0.50`, `-0.000132`.
    var decimal: String { self.description.replacing("$", with: "") }
}
