import BelayCore
import BelayJSON

/// Reads the figures of one report of usage, and notes what is wrong with them.
struct UsageFigures: Sendable {
    /// Ten times what the largest models can read.
    static let mostTokens = 100_000_000

    private let json: JSON
    private(set) var anomalies: Set<UsageAnomaly> = []

    /// - Parameter json: Nil and null are no report; anything else that is no object is one that can't be read.
    init?(_ json: JSON?) {
        guard let json, !json.isNull else { return nil }
        self.json = json
        if json.objectValue == nil { self.anomalies.insert(.unreadable) }
    }

    /// A number of tokens.
    ///
    /// - Parameter path: The names that lead to it.
    /// - Returns: Nil when it isn't there, or is none.
    mutating func count(_ path: String...) -> Int? {
        var json: JSON? = self.json
        for name in path { json = json?[name] }
        guard let json, !json.isNull else { return nil }
        return self.checked(self.whole(json))
    }

    mutating func note(_ anomaly: UsageAnomaly) { self.anomalies.insert(anomaly) }

    private mutating func whole(_ json: JSON) -> Int? {
        if let count = json.intValue { return count }
        if let text = json.stringValue {
            guard let count = Int(text.trimmingPrefix(while: \.isWhitespace)) else { return self.unusable(.unreadable) }
            self.anomalies.insert(.text)
            return count
        }
        guard case .number = json else { return self.unusable(.unreadable) }
        // Beyond all numbers, or with a fraction.
        guard let number = json.doubleValue, abs(number) < Double(1 << 53) else { return self.unusable(.absurd) }
        self.anomalies.insert(.fraction)
        return Int(number.rounded(.up))
    }

    private mutating func checked(_ count: Int?) -> Int? {
        guard let count else { return nil }
        if count < 0 { return self.unusable(.negative) }
        return count > Self.mostTokens ? self.unusable(.absurd) : count
    }

    private mutating func unusable(_ anomaly: UsageAnomaly) -> Int? {
        self.anomalies.insert(anomaly)
        return nil
    }
}

extension UsageFigures {
    /// Figures of which some are parts of others, as OpenAI's protocols have them.
    struct Nested: Sendable {
        /// With what the cache gave and took.
        var input: Int?
        /// With the reasoning.
        var output: Int?
        var total: Int?
        var cacheRead = 0
        var cacheWrite = 0
        var reasoning = 0
        /// The output is without the reasoning, which the total has.
        var reasoningIsBeside = false
    }

    /// Takes them apart.
    mutating func usage(_ figures: Nested) -> Usage {
        var figures = figures
        self.complete(&figures)
        let (input, output) = (figures.input ?? 0, figures.output ?? 0)
        let cached = figures.cacheRead + figures.cacheWrite
        if cached > input { self.anomalies.insert(.cacheAboveInput) }
        var usage = Usage(
            freshInput: cached > input ? input : input - cached, cacheRead: figures.cacheRead,
            cacheWrite: figures.cacheWrite)
        // What the total has beside its parts.
        let rest = max(0, (figures.total ?? 0) - input - output)
        if figures.reasoningIsBeside || rest > 0 && rest == figures.reasoning {
            usage.reasoning = max(rest, min(figures.reasoning, output + rest))
            usage.output = output + rest - usage.reasoning
        } else if figures.reasoning > output {
            self.anomalies.insert(.reasoningAboveOutput)
            (usage.output, usage.reasoning) = (output, figures.reasoning)
        } else {
            if rest > 0 { self.anomalies.insert(.totalAboveParts) }
            (usage.output, usage.reasoning) = (output - figures.reasoning + rest, figures.reasoning)
        }
        usage.anomalies = self.anomalies
        return usage
    }

    /// One part that is missing follows from the total.
    private func complete(_ figures: inout Nested) {
        guard let total = figures.total else { return }
        switch (figures.input, figures.output) {
        case (nil, let output?): figures.input = max(0, total - output)
        case (let input?, nil): figures.output = max(0, total - input)
        case (nil, nil), (.some, .some): break
        }
    }
}

extension Usage {
    /// What a stream has reported until now, after one more report. The figures of a stream are cumulative: the last one
    /// counts, unless it is smaller than one before.
    func followed(by later: Usage) -> Usage {
        var usage = later
        usage.anomalies.formUnion(self.anomalies)
        if later.totalInput < self.totalInput {
            (usage.freshInput, usage.cacheRead) = (self.freshInput, self.cacheRead)
            (usage.cacheWrite, usage.longCacheWrite) = (self.cacheWrite, self.longCacheWrite)
            usage.anomalies.insert(.shrank)
        }
        if later.totalOutput < self.totalOutput {
            (usage.output, usage.reasoning) = (self.output, self.reasoning)
            usage.anomalies.insert(.shrank)
        }
        usage.reportedCost = later.reportedCost ?? self.reportedCost
        return usage
    }

    /// What counts when usage comes after the end of a stream: nothing new, unless there was none.
    func followed(afterEndBy late: Usage) -> Usage {
        var usage = self == .zero ? late : self
        usage.anomalies = self.anomalies.union(late.anomalies).union([.afterEnd])
        return usage
    }

    /// Nil when nothing was reported, not even something that can't be read.
    var ifReported: Usage? { self == .zero && self.anomalies.isEmpty ? nil : self }
}
