import BelayCore
import BelayHTTP
import Foundation

extension Gateway {
    /// The models that people most likely want when they name none.
    private static let defaultModels: [ProviderSettings.Kind: String] = [
        .openAI: "gpt-5-mini", .anthropic: "claude-haiku-4-5",
    ]

    /// A gateway from environment variables, with one route named `default`.
    ///
    /// `OPENAI_API_KEY` and `ANTHROPIC_API_KEY` each make a provider, OpenAI first; so does `OPENAI_BASE_URL` or
    /// `ANTHROPIC_BASE_URL` alone, for a local server that needs no key. `BELAY_MODEL` names the models: `MODEL` for the
    /// first provider, or `openai/MODEL,anthropic/MODEL` in the order in which they are to be tried.
    ///
    /// - Throws: `GatewayConfigurationError`, which names the variable that is missing or wrong.
    public static func environment(
        _ variables: [String: String] = ProcessInfo.processInfo.environment,
        transport: any HTTPTransport = DirectHTTPTransport.shared
    ) throws -> Gateway {
        let providers = [
            Self.provider(.openAI, key: "OPENAI_API_KEY", url: "OPENAI_BASE_URL", in: variables),
            Self.provider(.anthropic, key: "ANTHROPIC_API_KEY", url: "ANTHROPIC_BASE_URL", in: variables),
        ].compactMap { $0 }
        guard !providers.isEmpty else {
            throw GatewayConfigurationError(
                """
                no model provider is set: set OPENAI_API_KEY or ANTHROPIC_API_KEY, or OPENAI_BASE_URL or \
                ANTHROPIC_BASE_URL for a server that needs no key
                """)
        }
        let paths = try Self.paths(Self.value("BELAY_MODEL", in: variables), providers: providers)
        return try Gateway(
            providers: providers, routes: [Route(name: "default", paths: paths)], transport: transport)
    }

    private static func provider(
        _ kind: ProviderSettings.Kind, key: String, url: String, in variables: [String: String]
    ) -> ProviderSettings? {
        let key = Self.value(key, in: variables)
        let url = Self.value(url, in: variables)
        guard key != nil || url != nil else { return nil }
        return ProviderSettings(name: kind.rawValue, kind: kind, baseURL: url, key: key.map { Secret($0) })
    }

    private static func paths(
        _ text: String?, providers: [ProviderSettings]
    ) throws(GatewayConfigurationError) -> [Route.Path] {
        guard let text else {
            return providers.compactMap { provider in
                Self.defaultModels[provider.kind].map { Route.Path(provider.name, $0) }
            }
        }
        var paths: [Route.Path] = []
        for item in text.split(separator: ",") {
            let item = item.trimmingCharacters(in: .whitespaces)
            // Names of models may hold slashes of their own, so only a provider's name before one counts.
            let provider = providers.first { item.hasPrefix($0.name + "/") }
            let other = Self.defaultModels.keys.first { item.hasPrefix($0.rawValue + "/") }
            if provider == nil, let other {
                throw .init("BELAY_MODEL names \(item), but no key and no base URL of \(other.rawValue) is set")
            }
            let model = provider.map { String(item.dropFirst($0.name.count + 1)) } ?? item
            guard !model.isEmpty else { throw .init("BELAY_MODEL is \"\(text)\"; name a model, or unset it") }
            paths.append(Route.Path((provider ?? providers[0]).name, model))
        }
        guard !paths.isEmpty else { throw .init("BELAY_MODEL is \"\(text)\"; name a model, or unset it") }
        return paths
    }

    /// Nil for a variable that is set to nothing, which is how shells leave them.
    private static func value(_ name: String, in variables: [String: String]) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
