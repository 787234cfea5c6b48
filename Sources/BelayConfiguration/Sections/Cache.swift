import BelayCore
import BelayJSON
import BelayModels
import BelayYAML

extension CachePolicy {
    static let section = Section<CachePolicy>(
        "When an earlier answer is given instead of a new one.", make: { CachePolicy() },
        keys: [
            Key(
                "mode", \.mode, .word,
                "`fallback`: when every path failed. `exact`: also while an answer to the very same call is fresh, and "
                    + "calls that are the same at the same time become one. `semantic`: as `exact`, and also the answer to "
                    + "another question that means the same, which can be wrong. `off`: never."),
            Key(
                "shared", \.isShared, .boolean,
                "Whether fresh answers are shared by all processes that use the store. Answers by a schema are not."),
            Key("ttl", \.lifetime, .duration(), "How long an answer is fresh, with `exact` and `semantic`."),
            Key(
                "embedder", optional: \.countedEmbedder, .modelPath,
                "PROVIDER/MODEL that says what questions mean; needed with `semantic`. Each question without an answer in "
                    + "the cache is sent to it, which costs what an embedding costs."),
            Key(
                "similarity", optional: \.countedSimilarity, .number(in: 0.5...1), default: "`0.92`",
                "How near two questions have to be with `semantic`, as a cosine. What is right depends on the embedder."
            ),
        ])

    /// What is printed is what counts.
    private var countedEmbedder: ModelPath? {
        get { self.mode == .semantic ? self.embedder : nil }
        set { self.embedder = newValue }
    }

    private var countedSimilarity: Double? {
        get { self.mode == .semantic ? self.similarity : nil }
        set { self.similarity = newValue ?? self.similarity }
    }
}

extension Kind where Value == CachePolicy {
    /// `true` and `false` are short for the modes `fallback` and `off`.
    static let cachePolicy = Kind(
        "true, false or mapping",
        schema: ["anyOf": [Kind<Bool>.boolean.schema, CachePolicy.section.schema]],
        sections: [CachePolicy.section.described()]
    ) { node, reader in
        if case .mapping = node.value { return Kind.section(CachePolicy.section).read(node, &reader) }
        return Kind<Bool>.boolean.read(node, &reader).map { $0 ? .fallback : .off }
    } render: { policy in
        if policy == .fallback { return true }
        return policy == .off ? false : CachePolicy.section.render(policy)
    }
}
