import BelayCore

/// What an observer of an execution gets to see.
public enum FeedItem: Sendable {
    /// Durable, gap-free, resumable by its number.
    case event(JournalEvent)
    /// Best effort, between events; never sent again.
    case progress(step: Int, ModelProgress)
    /// Nothing came for as long as the reader asked to be told about.
    case heartbeat
}
