import BelayCore

extension ServerRequest {
    /// Where the page begins, in a list of things with this kind of identifier.
    func cursor<ID: Identifier>(of type: ID.Type) throws -> Cursor? {
        guard let text = self.query("cursor") else { return nil }
        guard let cursor = try? Cursor(text: text), Self.isIdentifier(cursor.last, prefix: ID.prefix) else {
            // Which of the two it was helps nobody: cursors are opaque.
            throw Problem(
                .badRequest, code: "cursor_invalid", "This cursor was not given out by this list.", parameter: "cursor")
        }
        return cursor
    }

    private static func isIdentifier(_ text: String, prefix: String) -> Bool {
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == prefix, !parts[1].isEmpty else { return false }
        return parts[1].utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) }
    }
}
