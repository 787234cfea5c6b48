/// What one percentage stands for: the transient faults of real providers, the frequent ones more often.
enum FaultMix {
    static let weighted: [(weight: Double, fault: Fault)] = [
        (3, Fault(kind: .rateLimited)),
        (2, Fault(kind: .rateLimited, retryAfter: .seconds(1))),
        (1, Fault(kind: .rateLimited, retryAfter: .milliseconds(300), retryAfterForm: .milliseconds)),
        (3, Fault(kind: .serverError)),
        (3, Fault(kind: .unavailable)),
        (2, Fault(kind: .overloaded)),
        (2, Fault(kind: .resetBeforeHeaders)),
        (1, Fault(kind: .resetInHeaders)),
        (1, Fault(kind: .slowFirstToken, delay: .milliseconds(1_500))),
        (1, Fault(kind: .stall, delay: .milliseconds(1_500))),
        (2, Fault(kind: .cut)),
        (1, Fault(kind: .missingTerminator)),
        (1, Fault(kind: .malformedChunk)),
        (1, Fault(kind: .malformedJSON)),
        (2, Fault(kind: .emptyAnswer)),
        (2, Fault(kind: .errorIn200)),
        (1, Fault(kind: .htmlIn200)),
        (1, Fault(kind: .truncatedArguments)),
        (1, Fault(kind: .invalidArguments)),
    ]

    /// Picks one of the faults that apply, by weight.
    ///
    /// - Parameter point: 0 up to, but not including, 1.
    static func pick(at point: Double, for situation: FaultSituation) -> Fault? {
        let candidates = Self.weighted.filter { $0.fault.applies(to: situation) }
        var rest = point * candidates.reduce(0) { $0 + $1.weight }
        for candidate in candidates {
            rest -= candidate.weight
            if rest < 0 { return candidate.fault }
        }
        return candidates.last?.fault
    }
}
