import BelayCore
import BelayJSON
import BelayTools

extension Kind where Value == [String: Secret] {
    /// HTTP headers. Values are never printed: half of all headers that are worth configuring carry a key.
    static let headers: Kind = {
        let texts = Kind<[String: Secret]>.mapping(of: .secret, named: "mapping of names to texts", maximum: 100)
        return Kind("mapping of names to texts", schema: texts.schema) { node, reader in
            guard let headers = texts.read(node, &reader), case .mapping(let entries) = node.value else { return nil }
            for entry in entries {
                if !HeaderRule.acceptsName(entry.key) {
                    reader.report("not a name of an HTTP header", at: entry.position, key: entry.value.trail)
                } else if HeaderRule.reserved.contains(entry.key.lowercased()) {
                    reader.report(
                        "this header is set by the connection and cannot be configured", at: entry.position,
                        key: entry.value.trail)
                } else if let value = headers[entry.key]?.reveal(), !HeaderRule.acceptsValue(value) {
                    reader.report(
                        "the value of a header has ASCII characters only, and no line breaks", at: entry.value)
                }
            }
            return headers
        } render: {
            texts.render($0)
        }
    }()
}
