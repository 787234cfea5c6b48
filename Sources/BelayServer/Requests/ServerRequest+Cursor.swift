import BelayCore

extension ServerRequest {
    var cursor: Cursor? {
        get throws {
            guard let text = self.query("cursor") else { return nil }
            do { return try Cursor(text: text) } catch {
                throw Problem(
                    .badRequest, code: "cursor_invalid", "This cursor was not given out by this list.",
                    parameter: "cursor")
            }
        }
    }
}
