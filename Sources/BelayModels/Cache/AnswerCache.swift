import BelayCore
import BelayJSON
import BelayResilience

/// Earlier answers: to be given again, and to stand in when no model is available.
///
/// A key covers the tenant, the route and everything that was asked, not who answered. Only answers without tool calls are
/// kept: a stored answer must never cause an effect.
struct AnswerCache: Sendable {
    struct Entry: Sendable, Hashable {
        var answer: ModelAnswer
        var path: ModelPath
    }

    private struct Stored: Sendable {
        var entry: Entry
        var made: Moment
        var bytes: Int
        /// Larger for what was used later.
        var use: UInt64
    }

    let maxEntries: Int
    let maxBytes: Int
    let timeToLive: Duration
    private var entries: [String: Stored] = [:]
    private var uses: UInt64 = 0
    /// Of the texts of all answers, with what each entry takes beside them.
    private(set) var bytes = 0

    /// What an entry takes beside its texts: the key, the names, the places of both.
    private static let entryBytes = 512

    /// - Parameters:
    ///   - maxEntries: At least 1; the one that was used longest ago makes room.
    ///   - maxBytes: Of all answers together, about. A larger answer isn't kept.
    ///   - timeToLive: How long an answer may stand in.
    init(maxEntries: Int, maxBytes: Int = .max, timeToLive: Duration) {
        precondition(maxEntries >= 1, "A cache of \(maxEntries) answers holds nothing.")
        self.maxEntries = maxEntries
        self.maxBytes = maxBytes
        self.timeToLive = timeToLive
    }

    var count: Int { self.entries.count }

    mutating func store(_ entry: Entry, for key: String, at now: Moment) {
        let bytes = Self.entryBytes + entry.answer.textBytes
        guard entry.answer.toolCalls.isEmpty, bytes <= self.maxBytes else { return }
        self.remove(key)
        self.uses += 1
        self.entries[key] = Stored(entry: entry, made: now, bytes: bytes, use: self.uses)
        self.bytes += bytes
        self.makeRoom()
    }

    /// - Parameter age: Only an answer that was made within this time.
    mutating func entry(for key: String, at now: Moment, within age: Duration? = nil) -> Entry? {
        guard var stored = self.entries[key] else { return nil }
        let elapsed = stored.made.duration(to: now)
        guard elapsed < self.timeToLive else {
            self.remove(key)
            return nil
        }
        if let age, elapsed >= age { return nil }
        self.uses += 1
        stored.use = self.uses
        self.entries[key] = stored
        return stored.entry
    }

    mutating func remove(_ key: String) {
        guard let stored = self.entries.removeValue(forKey: key) else { return }
        self.bytes -= stored.bytes
    }

    private mutating func makeRoom() {
        guard self.entries.count > self.maxEntries || self.bytes > self.maxBytes else { return }
        // An eighth more than needed, so that the search for the oldest is paid by many calls together.
        let entries = self.maxEntries - self.maxEntries / 8
        let bytes = self.maxBytes - self.maxBytes / 8
        for (key, _) in self.entries.sorted(by: { $0.value.use < $1.value.use }) {
            // The newest stays, however large: it has room alone.
            guard self.entries.count > 1, self.entries.count > entries || self.bytes > bytes else { return }
            self.remove(key)
        }
    }

    /// The fingerprint of a call.
    ///
    /// - Throws: `EncodingError`, when a part of the request can't be written as JSON.
    static func key(of call: ModelCall) throws -> String {
        let request = call.request
        let json: JSON = [
            "tenant": .string(call.tenant), "route": .string(call.route), "system": .string(request.system),
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

extension ModelAnswer {
    /// Of everything that was written, in UTF-8.
    fileprivate var textBytes: Int {
        self.content.reduce(0) { sum, part in
            switch part {
            case .text(let text): sum + text.utf8.count
            case .reasoning(let reasoning): sum + reasoning.text.utf8.count + (reasoning.signature?.utf8.count ?? 0)
            case .toolCall(let call): sum + call.arguments.utf8.count
            case .toolResult(let result): sum + result.content.utf8.count
            case .image(let file), .file(let file): sum + (file.data?.utf8.count ?? 0)
            }
        }
    }
}
