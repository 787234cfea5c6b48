/// How long a test waits for what another process does before it gives up.
enum Patience {
    static let limit = Duration.seconds(60)
    private static let look = Duration.milliseconds(20)

    struct Exhausted: Error, CustomStringConvertible {
        var description: String
    }

    /// Looks again and again until `find` finds something.
    ///
    /// - Throws: `Exhausted` with the circumstances when the time is over.
    static func wait<Value>(
        for what: String, atMost limit: Duration = Self.limit, circumstances: () -> String = { "" },
        _ find: () async throws -> Value?
    ) async throws -> Value {
        let end = ContinuousClock.now.advanced(by: limit)
        while true {
            if let value = try await find() { return value }
            guard ContinuousClock.now < end else {
                throw Exhausted(description: "waited in vain for \(what)\n\(circumstances())")
            }
            try await Task.sleep(for: Self.look)
        }
    }
}
