import BelayCore
import BelayJSON
import BelayTools
import BelayYAML

/// Checks what one key alone cannot tell: names that refer to other parts of the file, and keys that need each other.
///
/// It walks the typed value for what was said and the located nodes for where.
struct ConfigurationCheck {
    let configuration: Configuration
    let root: Located

    func run(into reader: inout Reader) {
        self.checkServer(into: &reader)
        self.checkAlerts(into: &reader)
        for provider in self.configuration.providers {
            ProviderCheck(provider: provider, node: self.node("providers", provider.name)).run(into: &reader)
        }
        for route in self.configuration.routes {
            self.checkPaths(of: route, into: &reader)
            RoutePolicyCheck(route: route, node: self.node("routes", route.name)).run(into: &reader)
            CacheCheck(
                policy: route.cache, node: self.node("routes", route.name)["cache"],
                providers: self.configuration.providers
            ).run(into: &reader)
        }
        for task in self.configuration.tasks {
            TaskCheck(configuration: self.configuration, task: task, node: self.node("tasks", task.name))
                .run(into: &reader)
        }
        for rate in self.configuration.rates {
            RateCheck(
                rate: rate, node: self.node("rates", rate.name), budgets: self.configuration.budgets.map(\.name),
                hasKeys: !self.configuration.server.keys.isEmpty
            ).run(into: &reader)
        }
        ModelNameCheck(configuration: self.configuration, root: self.root).run(into: &reader)
        for tool in self.configuration.tools {
            ToolCheck(tool: tool, node: self.node("tools", tool.name)).run(into: &reader)
        }
        self.checkToolNames(into: &reader)
        for agent in self.configuration.agents { self.check(agent, into: &reader) }
    }

    /// The node of a named section; the root when the section is written in a way that has none.
    func node(_ section: String, _ name: String) -> Located { self.root[section]?[name] ?? self.root }

    private func checkServer(into reader: inout Reader) {
        let server = self.configuration.server
        guard server.keys.isEmpty, !server.isLoopback else { return }
        let node = self.root["server"]?["host"] ?? self.root
        reader.report(
            "\(node.quoting(server.host)) is reachable from other machines, and 'server.keys' holds no key; add one "
                + "or listen on 127.0.0.1",
            at: node)
    }

    private func checkAlerts(into reader: inout Reader) {
        let alerts = self.configuration.alerts
        guard alerts.rateMinimumDays > alerts.rateDays, let node = self.root["alerts"] else { return }
        reader.report(
            "no alert could come: 'rate_minimum_days' is \(alerts.rateMinimumDays), more than the "
                + "\(alerts.rateDays) of 'rate_days' that are looked at",
            at: node["rate_minimum_days"] ?? node["rate_days"] ?? node)
    }

    private func checkPaths(of route: Configuration.Route, into reader: inout Reader) {
        if route.backoff.cap < route.backoff.base, let node = self.node("routes", route.name)["backoff"] {
            reader.report("'cap' is shorter than 'base'", at: node["cap"] ?? node)
        }
        guard case .list(let paths) = self.node("routes", route.name)["paths"]?.value else { return }
        let providers = self.configuration.providers.map(\.name)
        var seen: Set<String> = []
        for path in paths {
            if let node = path["model"], case .scalar(let scalar) = node.value, !seen.insert(scalar.text).inserted {
                reader.report(
                    "\(node.quoting(scalar.text)) is an earlier path already; name it once, with more "
                        + "attempts", at: node)
            }
            guard let node = path["model"], case .scalar(let scalar) = node.value,
                let provider = scalar.text.split(separator: "/").first.map(String.init), scalar.text.contains("/"),
                !providers.contains(provider)
            else { continue }
            let nearest = reader.isFull ? nil : Suggestion.nearest(to: provider, among: providers)
            reader.report(
                "no provider is named "
                    + "\(node.quoting(provider))", at: node, suggestion: nearest, allowed: providers.sorted())
        }
    }

    /// Two tools must not reach a model under one name.
    private func checkToolNames(into reader: inout Reader) {
        var owners: [String: String] = [:]
        for tool in self.configuration.tools where tool.http != nil {
            owners[tool.name] = tool.name
            guard BuiltInTool(rawValue: tool.name) != nil, case .mapping(let entries) = self.root["tools"]?.value,
                let entry = entries.first(where: { $0.key == tool.name })
            else { continue }
            reader.report(BuiltInTool.hidesOthers, at: entry.position, key: entry.value.trail)
        }
        for tool in self.configuration.tools {
            guard let mcp = tool.mcp, let listed = mcp.tools else { continue }
            let node = self.node("tools", tool.name)["mcp"]?["tools"] ?? self.root
            for name in listed.map({ ToolNameRule.name(of: $0, prefix: mcp.prefix) }) {
                if !ToolNameRule.accepts(name) {
                    reader.report("the tool's name '\(name)' is not \(ToolNameRule.words)", at: node)
                } else if BuiltInTool(rawValue: name) != nil {
                    reader.report("the runtime has a tool '\(name)' of its own; set 'prefix'", at: node)
                } else if let owner = owners[name] {
                    reader.report("the tool '\(name)' is also one of 'tools.\(owner)'; set 'prefix'", at: node)
                }
                owners[name] = tool.name
            }
        }
    }
}

extension ConfigurationCheck {
    private func check(_ agent: Configuration.Agent, into reader: inout Reader) {
        let node = self.node("agents", agent.name)
        let hasText = node["instructions"].map { !$0.isNull } ?? false
        let hasFile = node["instructions_file"].map { !$0.isNull } ?? false
        if hasText == hasFile {
            let message =
                hasText
                ? "both 'instructions' and 'instructions_file' are given; keep one"
                : "missing key 'instructions' or 'instructions_file'"
            reader.report(message, at: node)
        } else if agent.instructions.allSatisfy(\.isWhitespace), hasText {
            reader.report("must not be empty", at: node["instructions"] ?? node)
        }
        self.check(route: agent.route, at: node["route"] ?? node, into: &reader)
        if let route = agent.compaction.route, let place = node["compaction"]?["route"] {
            self.check(route: route, at: place, into: &reader)
        }
        self.checkTools(of: node, into: &reader)
    }

    private func check(route: String, at place: Located, into reader: inout Reader) {
        let routes = self.configuration.routes.map(\.name)
        if routes.contains(route) { return }
        let nearest = reader.isFull ? nil : Suggestion.nearest(to: route, among: routes)
        reader.report(
            "no route is named \(place.quoting(route))", at: place, suggestion: nearest, allowed: routes.sorted())
    }

    private func checkTools(of agent: Located, into reader: inout Reader) {
        guard case .list(let elements) = agent["tools"]?.value else { return }
        let known = self.configuration.toolNames
        var seen: Set<String> = []
        for element in elements {
            guard case .scalar(let scalar) = element.value else { continue }
            if !known.contains(scalar.text) {
                let nearest = reader.isFull ? nil : Suggestion.nearest(to: scalar.text, among: known)
                reader.report(
                    "no tool is named "
                        + "\(element.quoting(scalar.text))", at: element, suggestion: nearest, allowed: known.sorted())
            } else if !seen.insert(scalar.text).inserted {
                reader.report("\(element.quoting(scalar.text)) stands here twice", at: element)
            }
        }
    }
}

extension Configuration {
    /// What an agent may name: every entry of `tools`, and the tools that an MCP entry lists.
    var toolNames: [String] {
        self.tools.flatMap { tool in
            [tool.name] + (tool.mcp.map { mcp in (mcp.tools ?? []).map { mcp.prefix + $0 } } ?? [])
        }
    }
}
