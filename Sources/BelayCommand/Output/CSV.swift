import BelayCore

/// Records as in RFC 4180: fields with commas between, lines that end with CR LF, quotes where a field needs them.
struct CSV {
    private(set) var text = ""

    init(_ header: [String]) { self.add(header) }

    mutating func add(_ record: [String]) {
        self.text += record.map(Self.quoted).joined(separator: ",") + "\r\n"
    }

    private static func quoted(_ field: String) -> String {
        let needsQuotes = field.utf8.contains { [44, 34, 10, 13].contains($0) }
        return needsQuotes ? "\"\(field.replacing("\"", with: "\"\""))\"" : field
    }
}

extension Money {
    /// Dollars as a plain decimal: `0.50`, `-0.000132`.
    var decimal: String { self.description.replacing("$", with: "") }
}
