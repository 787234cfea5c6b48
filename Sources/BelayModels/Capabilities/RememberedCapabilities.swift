import BelayResilience

/// The capabilities of a provider's models, looked up once for each: the table is long, and calls are many.
final class RememberedCapabilities: Sendable {
    /// Names of models come from clients; those beyond this many are looked up each time.
    private static let most = 256

    private let settings: ProviderSettings
    private let known = Locked<[String: ModelCapabilities]>([:])

    init(_ settings: ProviderSettings) { self.settings = settings }

    func of(_ model: String) -> ModelCapabilities {
        if let known = self.known.withLock({ $0[model] }) { return known }
        let capabilities = self.settings.capabilities(of: model)
        self.known.withLock { if $0.count < Self.most { $0[model] = capabilities } }
        return capabilities
    }
}
