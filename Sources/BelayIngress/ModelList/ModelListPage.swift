/// A part of a list of models, in the order of the whole, as Anthropic's `GET /v1/models` gives it.
package struct ModelListPage: Sendable, Hashable {
    package enum Place: Sendable, Hashable {
        case start
        /// Begins right behind the model of this name.
        case after(String)
        /// Ends right before it.
        case before(String)
    }

    package let models: [ModelListing]
    /// Whether there are others in the direction that was asked for.
    package let hasMore: Bool

    /// All on one page.
    package init(_ models: [ModelListing]) {
        self.models = models
        self.hasMore = false
    }

    /// Nil when the list doesn't have the model that `place` names.
    ///
    /// - Parameter limit: Of models on the page; at least 1.
    package init?(_ models: [ModelListing], _ place: Place, limit: Int) {
        switch place {
        case .start:
            self.models = Array(models.prefix(limit))
            self.hasMore = models.count > limit
        case .after(let id):
            guard let index = models.firstIndex(where: { $0.id == id }) else { return nil }
            let rest = models[(index + 1)...]
            self.models = Array(rest.prefix(limit))
            self.hasMore = rest.count > limit
        case .before(let id):
            guard let index = models.firstIndex(where: { $0.id == id }) else { return nil }
            self.models = Array(models[..<index].suffix(limit))
            self.hasMore = index > limit
        }
    }
}
