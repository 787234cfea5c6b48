import BelayModels

extension Configuration {
    /// When a second attempt is made beside a slow one. Either `after` or `percentile`.
    public struct Hedge: Sendable, Hashable {
        /// After this time without an output. 1 ms to 1 h.
        public var after: Duration?
        /// After as long as this share of the latest calls took, in percent. 50 to 99.9.
        public var percentile: Double?
        /// The share of the route's calls that may get one. 0 to 1; default 0.1.
        public var share: Double

        public init(after: Duration? = nil, percentile: Double? = nil, share: Double = 0.1) {
            self.after = after
            self.percentile = percentile
            self.share = share
        }

        static let section = Section<Hedge>(
            "A second attempt beside one that is slow, at another endpoint of the same model or on the next path. The "
                + "first that puts something out wins; the other is ended, and billed.",
            make: { Hedge() },
            keys: [
                Key(
                    "after", optional: \.after, .duration(.milliseconds(1)...(.seconds(3_600))),
                    "After this time without any output."),
                Key(
                    "percentile", optional: \.percentile, .number(in: 50...99.9),
                    "In place of `after`: after as long as this share of the latest 128 calls on the path took, such as "
                        + "`95`. Nothing is hedged before 20 calls are known."),
                Key(
                    "share", \.share, .number(in: 0...1),
                    "The share of the route's calls within a minute that may get one; one a minute always may."),
            ])

        var hedge: BelayModels.Hedge? {
            if let after = self.after { return .init(.after(after), share: self.share) }
            return self.percentile.map { .init(.percentile($0 / 100), share: self.share) }
        }
    }
}
