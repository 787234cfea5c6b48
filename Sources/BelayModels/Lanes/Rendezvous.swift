import Foundation

/// Which endpoint a conversation goes to first: the same on every node and after every start, without a memory.
///
/// Highest random weight hashing (Thaler and Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM
/// ToN 6 (1998)), with weights as exponents: when an endpoint goes, only its own conversations move.
enum Rendezvous {
    static func choose(for session: String, among endpoints: [EndpointLane]) -> EndpointLane? {
        endpoints.max { Self.score(session, of: $0) < Self.score(session, of: $1) }
    }

    private static func score(_ session: String, of endpoint: EndpointLane) -> Double {
        self.score(session, name: endpoint.name ?? "", weight: endpoint.weight)
    }

    static func score(_ session: String, name: String, weight: Double) -> Double {
        let hash = Self.mixed(Self.hash(of: session) &+ Self.mixed(Self.hash(of: name)))
        // In (0, 1): the upper 53 bits, and half a step.
        let point = (Double(hash >> 11) + 0.5) / 9_007_199_254_740_992
        return -weight / log(point)
    }

    /// FNV-1a: Swift's own hashes differ from process to process.
    private static func hash(of text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// The finalizer of SplitMix64: names that differ by a letter have nothing in common afterwards.
    private static func mixed(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
