import HTTPTypes

/// What is known only when a stream ends, as comments behind its last event: `: X-Belay-Cost-USD: 0.0012`.
///
/// A comment is part of the format and no event, so that no client stumbles over it; trailers of HTTP would be lost at
/// many a proxy, and few clients can read them.
enum StreamNotes {
    static func bytes(of fields: HTTPFields) -> [UInt8] {
        guard !fields.isEmpty else { return [] }
        return Array((fields.map { ": \($0.name.rawName): \($0.value)\n" }.joined() + "\n").utf8)
    }
}
