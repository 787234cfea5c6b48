import BelayCore
import BelayJSON
import BelayRuntime

extension Runtime {
    /// An execution as clients get it: with its answer, its failure, or what it waits for.
    ///
    /// - Throws: `RequestError` `executionNotFound` or `storeUnavailable`.
    public func view(of id: ExecutionID) async throws -> JSON {
        if let outcome = try await self.standing(of: id) { return outcome.view }
        guard let head = try await RequestError.translating({ try await self.store.head(of: id) }) else {
            throw RequestError(StoreError.executionNotFound(id))
        }
        var view = head.view
        view["output"] = .null
        view["failure"] = .null
        view["waits"] = []
        return view
    }
}
