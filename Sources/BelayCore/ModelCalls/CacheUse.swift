/// What a cache of answers had to do with an answer.
public enum CacheUse: String, Sendable, Hashable, Codable, CaseIterable {
    /// A model was asked.
    case miss
    /// An earlier answer to the same request, and fresh.
    case hit
    /// The fresh answer to another question, which is thought to mean the same.
    case similar
    /// The answer to the same request of somebody who asked at the same time.
    case shared
    /// An earlier answer to the same request, because no model was available.
    case stale
}
