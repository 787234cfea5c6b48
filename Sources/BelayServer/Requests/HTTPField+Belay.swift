import HTTPTypes

extension HTTPField.Name {
    /// The names are valid tokens, so that none of these is nil.
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
    static let lastEventID = HTTPField.Name("Last-Event-ID")!
    static let xAPIKey = HTTPField.Name("x-api-key")!
}
