extension Configuration {
    /// Where executions are kept.
    public struct Store: Sendable, Hashable {
        /// The SQLite file, relative to the configuration's folder. Default `belay.db`.
        public var path: String

        public init(path: String = "belay.db") { self.path = path }

        static let section = Section<Store>(
            "Where executions are kept.", make: { Store() },
            keys: [
                Key(
                    "path", \.path, .nonEmptyText,
                    "The SQLite file, relative to the folder of `belay.yaml`. Made when it doesn't exist.")
            ])
    }
}
