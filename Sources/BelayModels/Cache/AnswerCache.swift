import BelayCore
import BelayJSON
import BelayResilience

/// Earlier answers, to stand in when no model is available.
///
/// A key covers the tenant and everything that was asked, not who answered. Only answers without tool calls are kept: a
/// stored answer must never cause an effect.
struct AnswerCache: Sendable {
    struct Entry: Sendable, Hashable {
        var answer: ModelAnswer
        var path: ModelPath
    }

    private struct Stored: Sendable {
        var entry: Entry
        var expires: Moment
        /// Larger for what was used later.
        var use: UInt64
    }

    let maxEntries: Int
    let timeToLive: Duration
    private var entries: [String: Stored] = [:]
    private var uses: UInt64 = 0

    /// - Parameters:
    ///   - maxEntries: At least 1; the one that was used longest ago makes room.
    ///   - timeToLive: How long an answer may stand in.
    init(maxEntries: Int, timeToLive: Duration) {
        precondition(maxEntries >= 1, "A cache of \(maxEntries) answers holds nothing.")
        self.maxEntries = maxEntries
        self.timeToLive = timeToLive
    }

    var count: Int { self.entries.count }

    mutating func store(_ entry: Entry, for key: String, at now: Moment) {
        guard entry.answer.toolCalls.isEmpty else { return }
        self.uses += 1
        self.entries[key] = Stored(entry: entry, expires: now + self.timeToLive, use: self.uses)
        guard self.entries.count > self.maxEntries else { return }
        // An eighth at once, so that the search for the oldest is paid by many calls together.
        let oldest = self.entries.sorted { $0.value.use < $1.value.use }.prefix(max(1, self.maxEntries / 8))
        for (key, _) in oldest { self.entries[key] = nil }
    }

    mutating func entry(for key: String, at now: Moment) -> Entry? {
        guard var stored = self.entries[key] else { return nil }
        guard now < stored.expires else {
            self.entries[key] = nil
            return nil
        }
        self.uses += 1
        stored.use = self.uses
        self.entries[key] = stored
        return stored.entry
    }

    /// The fingerprint of a call.
    ///
    /// - Throws: `EncodingError`, when a part of the request can't be written as JSON.
    static func key(of call: ModelCall) throws -> String {
        let request = call.request
        let json: JSON = [
            "tenant": .string(call.tenant), "system": .string(request.system),
            "messages": try JSON(encoding: request.messages), "tools": try JSON(encoding: request.tools),
            "choice": .string("\(request.toolChoice)"), "max": request.maxOutputTokens.map { JSON($0) } ?? .null,
            "temperature": request.temperature.map { JSON($0) } ?? .null,
            "stop": .array(request.stopSequences.map(JSON.string)), "schema": request.outputSchema ?? .null,
            "top": request.topP.map { JSON($0) } ?? .null, "seed": request.seed.map { JSON($0) } ?? .null,
            "parallel": request.parallelToolCalls.map(JSON.bool) ?? .null,
            "effort": request.reasoningEffort.map { .string($0.rawValue) } ?? .null,
        ]
        return Digest.sha256(json)
    }
}
