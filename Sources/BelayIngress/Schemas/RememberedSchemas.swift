import BelayJSON
import BelayResilience

/// Reads each schema once: the same tools come with every request of an agent.
///
/// Only schemas that are valid are remembered, and none of more than 64 KiB.
package final class RememberedSchemas: SchemaChecking {
    private let memory: Locked<SchemaMemory>

    /// - Parameter capacity: How many are remembered, from 2. With the default of 256 they take 16 MiB at most.
    package init(capacity: Int = 256) { self.memory = Locked(SchemaMemory(capacity: capacity)) }

    package func check(_ schema: JSON) throws(JSONSchema.Invalid) {
        guard !self.memory.withLock({ $0.knows(schema) }) else { return }
        _ = try JSONSchema(schema)
        self.memory.withLock { $0.remember(schema) }
    }
}
