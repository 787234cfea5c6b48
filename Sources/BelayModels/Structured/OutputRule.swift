/// A rule of the application that an output has to keep beyond its schema, such as "within business hours".
public struct OutputRule<Value: Sendable>: Sendable {
    /// For reports: holds no content.
    public var name: String
    /// Says what is wrong with a value, in words that the model gets to read; nil when nothing is.
    public var problem: @Sendable (Value) async throws -> String?

    public init(_ name: String, problem: @escaping @Sendable (Value) async throws -> String?) {
        self.name = name
        self.problem = problem
    }

    /// A rule with one message.
    public init(_ name: String, message: String, holds: @escaping @Sendable (Value) -> Bool) {
        self.init(name) { holds($0) ? nil : message }
    }
}
