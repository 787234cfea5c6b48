import BelayCore
import BelayHTTP
import BelayJSON

/// What a response says of one of its vendor's limits.
///
/// Vendors count in buckets that fill evenly, and tell when such a bucket is full again, which is much later than when another
/// call fits: Anthropic says so (https://platform.claude.com/docs/en/api/rate-limits), and OpenAI's figures do (with 24 of
/// 160,000 tokens a minute gone it is full in 9 ms).
struct VendorAllowance: Sendable, Hashable {
    enum Unit: Sendable, Hashable { case requests, tokens }

    var unit: Unit
    /// What a full bucket has; nil when that isn't told.
    var limit: Int?
    /// Zero or more.
    var remaining: Int
    /// Zero or more, a day at most.
    var untilFull: Duration

    /// What a call needs: one request. How many tokens it will need nobody knows: a hundredth of the limit, since to wait for
    /// more would keep small calls waiting that the vendor takes.
    private var needed: Int { self.unit == .requests ? 1 : max(1, (self.limit ?? 0) / 100) }

    var isShort: Bool { self.remaining < self.needed }

    /// How long until there is enough for a call.
    var wait: Duration { self.isShort ? self.time(for: self.needed - self.remaining) : .zero }

    /// How long one more request takes to come back. Nothing is known of tokens: who waited for them goes at once.
    var spacing: Duration { self.unit == .requests ? self.time(for: 1) : .zero }

    private func time(for amount: Int) -> Duration {
        guard let limit, limit > self.remaining else { return self.untilFull }
        let missing = limit - self.remaining
        return self.untilFull * min(amount, missing) / missing
    }
}

extension VendorAllowance {
    private struct Names: Sendable {
        var unit: Unit
        var limit: String
        var remaining: String
        var reset: String
    }

    /// https://platform.openai.com/docs/guides/rate-limits, "Rate limits in headers"; compatible servers have the same.
    private static let openAI = [("requests", Unit.requests), ("tokens", .tokens)].map { name, unit in
        Names(
            unit: unit, limit: "x-ratelimit-limit-\(name)", remaining: "x-ratelimit-remaining-\(name)",
            reset: "x-ratelimit-reset-\(name)")
    }

    /// https://platform.claude.com/docs/en/api/rate-limits, "Response headers".
    private static let anthropic = [
        ("requests", Unit.requests), ("tokens", .tokens), ("input-tokens", .tokens), ("output-tokens", .tokens),
    ].map { name, unit in
        Names(
            unit: unit, limit: "anthropic-ratelimit-\(name)-limit", remaining: "anthropic-ratelimit-\(name)-remaining",
            reset: "anthropic-ratelimit-\(name)-reset")
    }

    /// What the headers of a response say is short: empty when there is enough of everything, nil when they say nothing. What
    /// makes no sense is left out, such as the -1 that Azure sends where it doesn't count.
    static func short(
        in headers: HTTPHeaderFields, wire: OriginalBody.Wire, now: () -> Timestamp
    ) -> [VendorAllowance]? {
        var isTold = false
        var short: [VendorAllowance] = []
        for names in wire == .messages ? self.anthropic : self.openAI {
            guard let remaining = headers[names.remaining].flatMap({ Int($0) }), remaining >= 0 else { continue }
            isTold = true
            let limit = headers[names.limit].flatMap { Int($0) }.map { min($0, Self.largest) }
            var allowance = VendorAllowance(unit: names.unit, limit: limit, remaining: remaining, untilFull: .zero)
            // Hardly any is, and then nobody needs to know the rest.
            guard allowance.isShort, let reset = headers[names.reset] else { continue }
            let untilFull = wire == .messages ? self.duration(until: reset, now: now()) : self.duration(of: reset)
            guard let untilFull else { continue }
            allowance.untilFull = untilFull
            short.append(allowance)
        }
        return isTold ? short : nil
    }

    private static let longest = 86_400.0
    /// More than any vendor grants.
    private static let largest = 1_000_000_000_000

    /// A date as Anthropic writes it, by RFC 3339.
    private static func duration(until text: String, now: Timestamp) -> Duration? {
        guard let seconds = RFC3339.secondsSince1970(text) else { return nil }
        return self.duration(min(Self.longest, max(0, seconds - Double(now.milliseconds) / 1_000)))
    }

    private static let units: [Substring: Double] = [
        "h": 3_600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9,
    ]

    /// A duration as OpenAI writes it, such as `1s`, `6m0s`, `12ms` or `2m59.56s`, or a number of seconds, as Azure does. More
    /// than a day is none: some servers send a date in seconds.
    private static func duration(of text: String) -> Duration? {
        if let seconds = Double(text) { return self.duration(seconds) }
        var rest = text[...]
        var sum = 0.0
        while !rest.isEmpty {
            let number = rest.prefix { $0.isNumber || $0 == "." }
            rest = rest.dropFirst(number.count)
            let unit = rest.prefix { !$0.isNumber }
            rest = rest.dropFirst(unit.count)
            guard let number = Double(number), let unit = Self.units[unit] else { return nil }
            sum += number * unit
        }
        return text.isEmpty ? nil : self.duration(sum)
    }

    private static func duration(_ seconds: Double) -> Duration? {
        (0...Self.longest).contains(seconds) ? .nanoseconds(Int64((seconds * 1e9).rounded())) : nil
    }
}
