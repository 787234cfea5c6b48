/// Measures single threaded work.
enum Stopwatch {
    /// Nanoseconds that one run of `body` takes: the median of several series, each at least `atLeast` long.
    static func nanoseconds(
        series: Int, atLeast: Duration, _ body: () throws -> Int
    ) rethrows -> Double {
        var sink = 0
        let runs = try Self.runs(filling: atLeast, body, &sink)
        var samples = Samples()
        for _ in 0..<series {
            let start = ContinuousClock.now
            for _ in 0..<runs { sink &+= try body() }
            samples.append((ContinuousClock.now - start) / .nanoseconds(1) / Double(runs))
        }
        keep(sink)
        return samples.median
    }

    private static func runs(filling time: Duration, _ body: () throws -> Int, _ sink: inout Int) rethrows -> Int {
        var runs = 1
        while true {
            let start = ContinuousClock.now
            for _ in 0..<runs { sink &+= try body() }
            let spent = ContinuousClock.now - start
            if spent >= time { return runs }
            runs *= 2
        }
    }
}

/// Makes the optimiser believe that a value is used.
@inline(never)
func keep<Value>(_ value: Value) { withExtendedLifetime(value) {} }
