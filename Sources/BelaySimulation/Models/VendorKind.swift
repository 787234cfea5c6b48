import BelayModels

/// The vendors that there are, one for each protocol.
enum VendorKind: CaseIterable {
    case openAI
    case anthropic

    var settings: ProviderSettings {
        switch self {
        case .openAI: ProviderSettings(name: "north", kind: .openAI, baseURL: "https://north.test/v1")
        case .anthropic: ProviderSettings(name: "south", kind: .anthropic, baseURL: "https://south.test")
        }
    }

    init(url: String) { self = url.hasPrefix("https://north.test") ? .openAI : .anthropic }
}
