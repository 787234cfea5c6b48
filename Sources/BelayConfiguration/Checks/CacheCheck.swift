import BelayJSON
import BelayModels
import BelayYAML

/// Checks that a semantic cache has an embedder that makes embeddings, and that no cache is told of what only others use.
struct CacheCheck {
    let policy: CachePolicy
    /// Nil when the file says nothing of the cache.
    let node: Located?
    let providers: [Configuration.Provider]

    func run(into reader: inout Reader) {
        guard let node = self.node, case .mapping = node.value else { return }
        self.checkFreshness(of: node, into: &reader)
        let given = ["embedder", "similarity"].filter { node.given($0) != nil }
        guard self.policy.mode == .semantic else {
            for place in given.compactMap({ node[$0] }) {
                reader.report("has no meaning without 'mode: semantic'", at: place)
            }
            return
        }
        guard given.contains("embedder"), let place = node["embedder"] else {
            reader.report(
                "missing key 'embedder': a semantic cache needs a model that says what questions mean, such as "
                    + "openai/text-embedding-3-small", at: node)
            return
        }
        self.check(place, into: &reader)
    }

    /// Answers that only stand in when no path is available are as old as they are, and aren't shared.
    private func checkFreshness(of node: Located, into reader: inout Reader) {
        guard ![.exact, .semantic].contains(self.policy.mode) else { return }
        let idle = [node.given("ttl"), self.policy.isShared ? node.given("shared") : nil].compactMap { $0 }
        for place in idle { reader.report("has no meaning without 'mode: exact' or 'mode: semantic'", at: place) }
    }

    /// What is no PROVIDER/MODEL was told by the key.
    private func check(_ place: Located, into reader: inout Reader) {
        guard let embedder = self.policy.embedder else { return }
        let fitting = self.providers.filter(\.kind.makesEmbeddings).map(\.name)
        guard let provider = self.providers.first(where: { $0.name == embedder.provider }) else {
            let nearest = reader.isFull ? nil : Suggestion.nearest(to: embedder.provider, among: fitting)
            reader.report(
                "no provider is named \(place.quoting(embedder.provider))", at: place, suggestion: nearest,
                allowed: fitting.sorted())
            return
        }
        guard !provider.kind.makesEmbeddings else { return }
        reader.report(
            "\(place.quoting(provider.name)) is of kind \(provider.kind.rawValue), which makes no embeddings",
            at: place,
            allowed: fitting.sorted())
    }
}
