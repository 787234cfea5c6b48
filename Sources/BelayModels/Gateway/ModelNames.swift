import BelayCore

/// What the name in the `model` field of a client's request stands for.
public enum ModelTarget: Sendable, Hashable, CustomStringConvertible {
    case route(String)
    case agent(String)
    case path(ModelPath)

    /// - Parameter text: `route/NAME`, `agent/NAME` or `PROVIDER/MODEL`.
    public init?(_ text: String) {
        guard let path = ModelPath(text) else { return nil }
        switch path.provider {
        case "route": self = .route(path.model)
        case "agent": self = .agent(path.model)
        default: self = .path(path)
        }
    }

    public var description: String {
        switch self {
        case .route(let name): "route/\(name)"
        case .agent(let name): "agent/\(name)"
        case .path(let path): path.description
        }
    }
}

/// The names by which clients ask for models.
///
/// A name is looked up in this order: an alias; `route/NAME`, `agent/NAME`, `PROVIDER/MODEL`; the bare name of a route;
/// the bare name of a model that a route has a path to, by the first provider that has it; an alias with a wildcard, of
/// which the one with the longest fixed part counts.
public struct ModelNames: Sendable {
    /// Another name for a target. One `*` in `name` stands for any text, which takes the place of a `*` in `target`.
    public struct Alias: Sendable, Hashable {
        public var name: String
        public var target: String

        public init(_ name: String, _ target: String) {
            self.name = name
            self.target = target
        }

        /// What `name` stands for if this alias fits.
        func target(of name: String) -> String? {
            guard let star = self.name.firstIndex(of: "*") else { return name == self.name ? self.target : nil }
            let (head, tail) = (self.name[..<star], self.name[self.name.index(after: star)...])
            guard name.utf8.count >= head.utf8.count + tail.utf8.count, name.hasPrefix(head), name.hasSuffix(tail)
            else { return nil }
            let middle = name.dropFirst(head.count).dropLast(tail.count)
            guard let place = self.target.firstIndex(of: "*") else { return self.target }
            return self.target.replacingCharacters(in: place...place, with: middle)
        }
    }

    private let routes: Set<String>
    private let agents: Set<String>
    private let providers: Set<String>
    private let exact: [String: String]
    private let wildcards: [Alias]
    private let bare: [String: ModelPath]
    /// Every name without a wildcard, for lists: aliases, routes, agents, and the models of routes.
    public let listed: [String]

    public init(routes: [Route], providers: [String], agents: [String] = [], aliases: [Alias] = []) {
        self.routes = Set(routes.map(\.name))
        self.agents = Set(agents)
        self.providers = Set(providers)
        let (patterns, names) = (aliases.filter { $0.name.contains("*") }, aliases.filter { !$0.name.contains("*") })
        self.exact = Dictionary(names.map { ($0.name, $0.target) }) { first, _ in first }
        self.wildcards = patterns.sorted { $0.name.count > $1.name.count }
        let paths = routes.flatMap { $0.paths.map(\.model) }
        self.bare = Dictionary(paths.map { ($0.model, $0) }) { first, _ in first }
        var listed = names.map(\.name) + routes.map { "route/\($0.name)" } + agents.map { "agent/\($0)" }
        for path in paths where !listed.contains(path.description) { listed.append(path.description) }
        self.listed = listed
    }

    /// What a name stands for; nil when nothing has it.
    public func target(of name: String) -> ModelTarget? {
        if let target = self.exact[name] { return self.known(ModelTarget(target)) }
        if let target = self.known(ModelTarget(name)) { return target }
        if self.routes.contains(name) { return .route(name) }
        if let path = self.bare[name] { return .path(path) }
        for alias in self.wildcards {
            if let target = alias.target(of: name) { return self.known(ModelTarget(target)) }
        }
        return nil
    }

    private func known(_ target: ModelTarget?) -> ModelTarget? {
        switch target {
        case .route(let name)? where self.routes.contains(name): target
        case .agent(let name)? where self.agents.contains(name): target
        case .path(let path)? where self.providers.contains(path.provider): target
        default: nil
        }
    }
}

extension String {
    fileprivate func replacingCharacters(in range: ClosedRange<Index>, with text: Substring) -> String {
        String(self[..<range.lowerBound] + text + self[self.index(after: range.upperBound)...])
    }
}
