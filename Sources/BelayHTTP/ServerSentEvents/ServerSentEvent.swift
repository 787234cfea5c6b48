/// One event of a stream of server-sent events.
package struct ServerSentEvent: Sendable, Hashable {
    /// `message` when the stream doesn't name it.
    package var name: String
    /// The data lines, joined by line feeds.
    package var data: String
    /// The last id that the stream has given, to resume after; nil when it has given none.
    package var id: String?

    package init(name: String = "message", data: String, id: String? = nil) {
        self.name = name
        self.data = data
        self.id = id
    }
}
