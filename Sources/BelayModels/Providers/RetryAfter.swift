import BelayCore
import BelayHTTP

/// What a provider asks to be waited for.
enum RetryAfter {
    /// Longer than any sane server asks for; what is above is taken as this.
    private static let longest = 86_400.0

    /// Reads `retry-after-ms`, then `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3).
    ///
    /// - Returns: Zero or more, a day at most; nil when there is no such header or it makes no sense.
    static func wait(in headers: HTTPHeaderFields, now: Timestamp) -> Duration? {
        if let milliseconds = headers["retry-after-ms"].flatMap({ Double($0) }) {
            return self.duration(milliseconds / 1_000)
        }
        guard let text = headers["retry-after"] else { return nil }
        if let seconds = Double(text) { return self.duration(seconds) }
        guard let date = HTTPDate.unixSeconds(text) else { return nil }
        return self.duration(Double(date) - Double(now.milliseconds) / 1_000)
    }

    private static func duration(_ seconds: Double) -> Duration? {
        guard seconds.isFinite else { return nil }
        return .seconds(min(self.longest, max(0, seconds)))
    }
}
