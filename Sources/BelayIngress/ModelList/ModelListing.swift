import BelayCore

/// A name that clients may use for a model: a route, an agent or a model.
package struct ModelListing: Sendable, Hashable {
    package var id: String
    /// For people; the id when empty.
    package var title: String
    /// Whose it is: a provider's name, or this server's.
    package var owner: String
    /// When it came up; zero if that isn't known.
    package var created: Timestamp

    package init(id: String, title: String = "", owner: String, created: Timestamp = Timestamp(milliseconds: 0)) {
        self.id = id
        self.title = title
        self.owner = owner
        self.created = created
    }
}
