/// How long and how often is measured.
struct Plan: Sendable {
    /// Interleaved runs of everything that is compared; the median counts.
    var rounds: Int
    /// Of one measurement of the store or the runtime.
    var time: Duration
    /// Of one series of single threaded work.
    var series: Duration
    /// Executions at once.
    var concurrencies: [Int]
    /// Where database files are made and removed.
    var folder: String

    static func full(folder: String) -> Plan {
        Plan(rounds: 5, time: .seconds(3), series: .milliseconds(100), concurrencies: [1, 16, 256], folder: folder)
    }

    static func quick(folder: String) -> Plan {
        Plan(
            rounds: 1, time: .milliseconds(200), series: .milliseconds(2), concurrencies: [1, 16, 256], folder: folder)
    }
}
