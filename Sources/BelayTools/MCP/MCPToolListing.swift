import BelayCore
import BelayJSON

/// A tool as its server describes it. All of it is what a stranger says: the name and the schemas are used, annotations
/// such as `readOnlyHint` are not, since they would let a server grant itself what only the configuration may.
struct MCPToolListing: Sendable, Hashable {
    /// What a model may read of a description.
    private static let maxDescriptionCharacters = 8_192

    var name: String
    var description: String
    var parameters: JSON
    var output: JSON?

    init(_ json: JSON) throws(MCPFailure) {
        guard let name = json["name"]?.stringValue, !name.isEmpty else { throw .malformed("a tool has no name") }
        guard let parameters = json["inputSchema"] else {
            throw .malformed("tool \(name.prefix(64)) has no inputSchema")
        }
        self.name = name
        let description = json["description"]?.stringValue ?? json["title"]?.stringValue ?? ""
        self.description = String(description.prefix(Self.maxDescriptionCharacters))
        self.parameters = parameters
        self.output = json["outputSchema"]
    }

    func descriptor(prefix: String, rules: ToolRules) -> ToolDescriptor {
        ToolDescriptor(
            name: ToolNameRule.name(of: self.name, prefix: prefix), description: self.description,
            parameters: self.parameters,
            output: self.output, effect: rules.effect, inDoubt: rules.inDoubt, approval: rules.approval,
            approvalExpiry: rules.approvalExpiry, timeout: rules.timeout, callsPerMinute: rules.callsPerMinute,
            maxOutputCharacters: rules.maxOutputCharacters, cost: rules.cost)
    }
}
