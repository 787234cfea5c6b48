import BelayModels

extension Kind where Value == String {
    /// What a name of `models` stands for.
    static let modelTarget = Kind.scalar(
        "route/NAME, agent/NAME or PROVIDER/MODEL", schema: ["type": "string", "pattern": .string("^[^/]+/.+$")]
    ) { scalar in
        let text = scalar.text
        guard text.utf8.count <= 256, !text.contains(where: \.isWhitespace) else { return nil }
        return ModelTarget(text)?.description
    } render: {
        .string($0)
    }
}
