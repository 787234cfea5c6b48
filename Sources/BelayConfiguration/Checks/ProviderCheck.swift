import BelayYAML

/// Checks that what is said of a provider has an effect: what has none is a misunderstanding.
struct ProviderCheck {
    let provider: Configuration.Provider
    let node: Located

    func run(into reader: inout Reader) {
        self.checkBreaker(into: &reader)
        self.checkKind(into: &reader)
        self.checkNames(into: &reader)
        if self.provider.onClientGone != .drain, let limit = self.node.given("drain_limit") {
            reader.report("has no meaning without 'on_client_gone: drain'", at: limit)
        }
    }

    private func checkBreaker(into reader: inout Reader) {
        guard let breaker = self.node["breaker"] else { return }
        if breaker.given("failure_rate") != nil {
            guard let failures = breaker.given("failures") else { return }
            reader.report("has no meaning beside 'failure_rate'; keep one of them", at: failures)
        } else {
            for node in ["window", "minimum_calls"].compactMap(breaker.given) {
                reader.report("has no meaning without 'failure_rate'", at: node)
            }
        }
    }

    private func checkKind(into reader: inout Reader) {
        guard self.provider.kind == .azure else {
            if let version = self.node.given("api_version") {
                reader.report("has no meaning without 'kind: azure'", at: version)
            }
            return
        }
        guard self.provider.baseURL == nil else { return }
        reader.report(
            "missing key 'base_url': the URL of your Azure resource, such as https://RESOURCE.openai.azure.com",
            at: self.node)
    }

    private func checkNames(into reader: inout Reader) {
        guard case .mapping(let entries)? = self.node["models"]?.value else { return }
        for entry in entries where entry.key.dropLast().contains("*") {
            reader.report(
                "a name of models has a `*` at its end only", at: entry.position, key: entry.value.trail)
        }
    }
}
