import BelayCore

extension Configuration {
    /// Where the HTTP API listens and who may use it.
    public struct Server: Sendable, Hashable {
        /// Default `127.0.0.1`.
        public var host: String
        /// 0 to 65,535; 0 takes any free port. Default 8711.
        public var port: Int
        /// API keys, each at least 8 characters, with names and secrets of their own. At most 100. None leaves the server
        /// open, which only a loopback host may be.
        public var keys: [APIKey]
        /// How long a stream may be silent before its client gets a sign of life. 100 ms to 1 h; default 15 s.
        public var keepAlive: Duration
        /// How long answers may go on when the server is asked to stop. 0 s to 1 h; default 5 s.
        public var drain: Duration

        public init(
            host: String = "127.0.0.1", port: Int = 8_711, keys: [APIKey] = [], keepAlive: Duration = .seconds(15),
            drain: Duration = .seconds(5)
        ) {
            self.host = host
            self.port = port
            self.keys = keys
            self.keepAlive = keepAlive
            self.drain = drain
        }

        /// Whether only this machine can reach the host: `localhost`, `127.0.0.0/8` or `::1`.
        public var isLoopback: Bool {
            if self.host == "::1" || self.host == "[::1]" || self.host.lowercased() == "localhost" { return true }
            let parts = self.host.split(separator: ".", omittingEmptySubsequences: false)
            return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
        }

        static let section = Section<Server>(
            "Where the HTTP API listens and who may use it. Without keys the server is open to everyone who reaches "
                + "it, "
                + "so `host` has to be a loopback address then.",
            make: { Server() },
            keys: [
                Key("host", \.host, .nonEmptyText, "Address to listen on."),
                Key("port", \.port, .integer(0...65_535), "Port to listen on; 0 takes any free port and prints it."),
                Key(
                    "keys", \.keys, .apiKeys, default: "none",
                    "API keys accepted as `Authorization: Bearer KEY` or `x-api-key: KEY`; at least 8 characters "
                        + "each. A key alone works for the tenant `default`; as `{key: \"${ACME_KEY}\", name: acme-app, "
                        + "tenant: acme}` it has a name and a tenant. Empty ones are left out, so `${BELAY_KEY:-}` is a "
                        + "key that may be unset."
                ),
                Key(
                    "keep_alive", \.keepAlive, .duration(.milliseconds(100)...(.seconds(3_600))),
                    "How long a stream may be silent before its client gets a comment, or a ping where the protocol has "
                        + "one."),
                Key(
                    "drain", \.drain, .duration(.zero...(.seconds(3_600))),
                    "How long answers on their way may go on when the server is asked to stop."),
            ])
    }
}
