import BelayCore

/// What every `ExecutionStore` has to do: one suite for all of them.
///
/// ```swift
/// @Test(arguments: StoreConformance.cases)
/// func conforms(_ storeCase: StoreConformance.Case) async throws {
///     try await StoreConformance.run(storeCase) { clock in MyStore(clock: clock) }
/// }
/// ```
public enum StoreConformance {
    /// One promise and the way to test it.
    public struct Case: Sendable, CustomStringConvertible {
        /// The promise, in words.
        public let description: String
        let body: @Sendable (StoreScenario) async throws -> Void

        init(_ description: String, _ body: @escaping @Sendable (StoreScenario) async throws -> Void) {
            self.description = description
            self.body = body
        }
    }

    /// A promise that was not kept.
    public struct Violation: Error, CustomStringConvertible {
        public var description: String
    }

    public static let cases =
        Self.ownership + Self.claims + Self.starting + Self.limits + Self.sessions + Self.signals + Self.waits
        + Self.lists
        + Self.contents

    /// Tries one promise on a fresh store.
    ///
    /// - Parameter makeStore: Makes an empty store whose time is the given clock's.
    /// - Throws: `Violation`, or what the store threw where it should not have.
    public static func run(
        _ storeCase: Case, on makeStore: (any WallClock) async throws -> any ExecutionStore
    ) async throws {
        let clock = ManualWallClock()
        try await storeCase.body(StoreScenario(store: makeStore(clock), clock: clock))
    }
}
