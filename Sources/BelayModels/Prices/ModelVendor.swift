/// Who made a model and sells it under a price list of their own.
public enum ModelVendor: String, Sendable, Hashable, CaseIterable {
    case openAI = "openai"
    case anthropic
    case google
    case mistral
    case deepSeek = "deepseek"
    case xAI = "xai"

    /// Where the list prices hold. Other hosts, those of the same vendor's regions among them, have prices of their own.
    private var host: String {
        switch self {
        case .openAI: "api.openai.com"
        case .anthropic: "api.anthropic.com"
        case .google: "generativelanguage.googleapis.com"
        case .mistral: "api.mistral.ai"
        case .deepSeek: "api.deepseek.com"
        case .xAI: "api.x.ai"
        }
    }

    /// The vendor that a base URL belongs to; nil for anybody else.
    init?(baseURL: String) {
        guard baseURL.hasPrefix("https://") else { return nil }
        let host = baseURL.dropFirst("https://".count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard let vendor = Self.allCases.first(where: { $0.host == host }) else { return nil }
        self = vendor
    }
}

extension ProviderSettings {
    /// Whose list prices hold for this provider; nil for a seller with prices of its own, or a server without any.
    public var vendor: ModelVendor? { ModelVendor(baseURL: self.baseURL) }
}
