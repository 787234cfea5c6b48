import BelayJSON
import BelayModels
import BelayYAML

extension CachePolicy {
    static let section = Section<CachePolicy>(
        "When an earlier answer is given instead of a new one.", make: { CachePolicy() },
        keys: [
            Key(
                "mode", \.mode,
                .word.checked {
                    $0 == .semantic
                        ? "only a program in Swift can have a semantic cache so far: it brings the embedder" : nil
                },
                "`fallback`: when every path failed. `exact`: also while an answer to the very same call is fresh, and "
                    + "calls that are the same at the same time become one. `off`: never. "
                    + "`semantic` needs an embedder, which only a program in Swift can give."),
            Key(
                "shared", \.isShared, .boolean,
                "Whether fresh answers are shared by all processes that use the store. Answers by a schema are not."),
            Key("ttl", \.lifetime, .duration(), "How long an answer is fresh, with `exact`."),
        ])
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
