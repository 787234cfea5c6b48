import BelayCore
import BelayJSON
import BelayRuntime

extension Runtime {
    /// An execution as clients get it: with its answer, its failure, or what it waits for.
    ///
    /// - Throws: `RequestError` `executionNotFound` or `storeUnavailable`.
    public func view(of id: ExecutionID) async throws -> JSON { try await self.view(of: try await self.head(of: id)) }

    /// How an execution stood when its head was read.
    func view(of head: ExecutionHead) async throws -> JSON {
        // One reading for both: an execution that ends in between must not be shown as ended without its answer.
        if let outcome = try await self.standing(of: head) { return outcome.view }
        var view = head.view
        view["output"] = .null
        view["failure"] = .null
        view["waits"] = []
        return view
    }
}
