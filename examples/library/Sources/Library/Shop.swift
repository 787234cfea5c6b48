/// What the model has to say to look an order up. Its JSON Schema is derived from the type.
struct OrderQuery: Decodable, Sendable {
    var number: String
}

struct Order: Encodable, Sendable {
    var number: String
    var status: String
    var expected: String
}

/// Stands for the service that your tools talk to.
struct Shop: Sendable {
    func order(_ number: String) async throws -> Order {
        Order(number: number, status: "shipped", expected: "2026-11-24")
    }
}
