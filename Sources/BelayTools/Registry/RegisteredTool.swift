import BelayCore
import BelayJSON

/// A tool that was checked, with its schemas compiled.
package struct RegisteredTool: Sendable {
    package let tool: Tool
    let parameters: JSONSchema
    let output: JSONSchema?

    package var name: String { self.tool.name }
    package var descriptor: ToolDescriptor { self.tool.descriptor }

    /// - Parameter known: Spares compiling its schemas again if it is described in the same way.
    /// - Throws: `ToolRegistrationError` that says what is wrong.
    init(_ tool: Tool, like known: RegisteredTool? = nil) throws(ToolRegistrationError) {
        let descriptor = tool.descriptor
        func refuse(_ reason: String) -> ToolRegistrationError {
            ToolRegistrationError(tool: descriptor.name, reason: reason)
        }
        if let defect = descriptor.defect ?? Self.handlerDefect(of: tool) { throw refuse(defect) }
        self.tool = tool
        if let known, known.descriptor == descriptor {
            self.parameters = known.parameters
            self.output = known.output
            return
        }
        do {
            self.parameters = try JSONSchema(descriptor.parameters)
        } catch {
            throw refuse("the schema of its parameters is not valid: \(error)")
        }
        do {
            self.output = try descriptor.output.map { try JSONSchema($0) }
        } catch {
            throw refuse("the schema of its output is not valid: \(error)")
        }
    }

    private static func handlerDefect(of tool: Tool) -> String? {
        guard let handler = tool.handler as? any InspectableToolHandler else { return nil }
        if let defect = handler.defect { return defect }
        if tool.descriptor.inDoubt == .probe, !handler.canProbe {
            return "it settles doubts by a probe but has none; give it one or choose another in-doubt policy"
        }
        if tool.descriptor.inDoubt == .compensate || tool.descriptor.effect == .compensatable, !handler.canCompensate {
            return "it is said to be compensatable but has no compensation; give it one or declare another effect"
        }
        return nil
    }
}

extension ToolDescriptor {
    /// What no handler can make up for; nil when the description is sound.
    fileprivate var defect: String? {
        if !ToolNameRule.accepts(self.name) {
            return "a name has 1 to 64 letters, digits, \"_\" and \"-\" (ASCII): every provider accepts that"
        }
        if BuiltInTool(rawValue: self.name) != nil {
            return BuiltInTool.hidesOthers
        }
        if self.parameters["type"]?.stringValue != "object" {
            return "its parameters must be a JSON Schema that says \"type\": \"object\""
        }
        if self.timeout <= .zero { return "its timeout must be longer than zero" }
        if self.approvalExpiry <= .zero { return "its approval must be given more time than zero" }
        if let rate = self.callsPerMinute, rate < 1 {
            return "callsPerMinute is \(rate); make it 1 or more, or leave it out"
        }
        if self.maxOutputCharacters < OutputBound.minimum {
            return "maxOutputCharacters is \(self.maxOutputCharacters); make it \(OutputBound.minimum) or more"
        }
        return self.cost?.defect ?? self.approvalDefect
    }

    /// A rule about an argument that doesn't exist is a typing error: it would ask for every call.
    private var approvalDefect: String? {
        let argument: String
        switch self.approval {
        case .never, .always: return nil
        case .above(let name, _), .unless(let name, _): argument = name
        }
        guard let known = self.parameters["properties"]?.objectValue, known[argument] == nil else { return nil }
        let names = known.keys.joined(separator: ", ")
        return "its approval rule is about \"\(argument)\", but its arguments are: \(names)"
    }
}
