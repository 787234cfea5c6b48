import BelayHTTP
import BelayResilience
import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The time of day as answers carry it, written out once a second.
final class DateHeader: Sendable {
    private let latest = Locked((second: Int64(0), text: ""))

    var value: String {
        let now = Int64(time(nil))
        return self.latest.withLock { latest in
            if latest.second != now { latest = (now, HTTPDate.text(unixSeconds: now)) }
            return latest.text
        }
    }
}
