import BelayCore
import BelayJSON
import BelayTools
import BelayYAML

/// Checks one entry of `tools`: that its keys fit each other, and that every argument it names is a parameter.
struct ToolCheck {
    let tool: Configuration.Tool
    let node: Located

    func run(into reader: inout Reader) {
        let hasHTTP = self.has("http")
        let hasMCP = self.has("mcp")
        if hasHTTP == hasMCP {
            reader.report(
                hasHTTP ? "both 'http' and 'mcp' are given; keep one" : "missing key 'http' or 'mcp'", at: self.node)
        } else if hasHTTP {
            self.checkHTTP(into: &reader)
        } else {
            self.checkMCP(into: &reader)
        }
        self.checkRecovery(into: &reader)
        if let node = self.node["cost_from"], self.has("cost_from"), !self.has("cost") {
            reader.report("'cost_from' needs the key 'cost': the most that a call may cost", at: node)
        }
    }

    private func has(_ key: String) -> Bool { self.node[key].map { !$0.isNull } ?? false }

    private func checkMCP(into reader: inout Reader) {
        for key in ["description", "parameters", "output", "probe", "compensation"] where self.has(key) {
            reader.report(
                "has no meaning with 'mcp': the server's tools bring their own", at: self.node[key] ?? self.node)
        }
    }

    private func checkHTTP(into reader: inout Reader) {
        if !self.has("description") {
            reader.report("missing key 'description': what the tool does, for the model", at: self.node)
        } else if self.tool.description.allSatisfy(\.isWhitespace) {
            reader.report("must not be empty", at: self.node["description"] ?? self.node)
        }
        if let kind = self.tool.parameters["type"], kind != "object", let node = self.node["parameters"] {
            reader.report("the arguments of a tool are an object; write 'type: object'", at: node["type"] ?? node)
        }
        for key in ["http", "probe", "compensation"] where self.has(key) {
            if let call = self.node[key] { self.checkPlaceholders(of: call, into: &reader) }
        }
        self.checkApproval(into: &reader)
    }

    /// What has to be declared for what happens after a crash.
    private func checkRecovery(into reader: inout Reader) {
        if self.tool.inDoubt == .probe, !self.has("probe") {
            reader.report(
                "'probe' needs the key 'probe': how to ask whether a call happened",
                at: self.node["in_doubt"] ?? self.node)
        }
        if self.tool.inDoubt == .compensate, !self.has("compensation") {
            let node = self.node["in_doubt"] ?? self.node
            reader.report("'compensate' needs the key 'compensation': how to undo a call", at: node)
        }
        if self.tool.effect == .compensatable, !self.has("compensation") {
            let node = self.node["effect"] ?? self.node
            reader.report("'compensatable' needs the key 'compensation': how to undo a call", at: node)
        }
    }
}

extension ToolCheck {
    private var parameters: [String] { self.tool.parameters["properties"]?.objectValue?.keys ?? [] }
    private var required: Set<String> {
        Set((self.tool.parameters["required"]?.arrayValue ?? []).compactMap(\.stringValue))
    }

    private func checkPlaceholders(of call: Located, into reader: inout Reader) {
        if let url = call["url"] { self.checkPlaceholders(in: url, ofURL: true, into: &reader) }
        for key in ["headers", "query"] {
            guard case .mapping(let entries) = call[key]?.value else { continue }
            for entry in entries { self.checkPlaceholders(in: entry.value, ofURL: false, into: &reader) }
        }
        if let body = call["body"], case .mapping = body.value { self.checkTemplate(body, into: &reader) }
    }

    private func checkTemplate(_ node: Located, into reader: inout Reader) {
        switch node.value {
        case .mapping(let entries): for entry in entries { self.checkTemplate(entry.value, into: &reader) }
        case .list(let elements): for element in elements { self.checkTemplate(element, into: &reader) }
        case .scalar: self.checkPlaceholders(in: node, ofURL: false, into: &reader)
        case .null, .unreadable: break
        }
    }

    private func checkPlaceholders(in node: Located, ofURL: Bool, into reader: inout Reader) {
        guard case .scalar(let scalar) = node.value else { return }
        for name in TextTemplate(scalar.text).arguments where name != ArgumentValues.idempotencyKey {
            if !self.parameters.contains(name) {
                // Braces in a key that a reference brought into a header must not show in a message.
                let shown = ofURL || !scalar.isReferenced ? "'{\(name)}'" : "a placeholder in this value"
                let nearest = Suggestion.nearest(to: name, among: self.parameters)
                reader.report(
                    "\(shown) is none of the tool's parameters", at: node, suggestion: nearest,
                    allowed: self.parameters.sorted() + [ArgumentValues.idempotencyKey])
            } else if ofURL, !self.required.contains(name) {
                reader.report("the URL needs '{\(name)}', but the parameters don't list it under 'required'", at: node)
            }
        }
    }

    private func checkApproval(into reader: inout Reader) {
        guard let node = self.node["approval"] else { return }
        switch self.tool.approval {
        case .never, .always: break
        case .above(let argument, _):
            let place = node["above"]?["argument"] ?? node
            self.checkArgument(argument, at: place, into: &reader)
            let kind = self.tool.parameters["properties"]?[argument]?["type"]?.stringValue
            if let kind, kind != "number", kind != "integer" {
                reader.report("'\(argument)' is declared as \(kind), and 'above' compares numbers", at: place)
            }
        case .unless(let argument, _):
            self.checkArgument(argument, at: node["unless"]?["argument"] ?? node, into: &reader)
        }
    }

    private func checkArgument(_ argument: String, at node: Located, into reader: inout Reader) {
        guard !argument.isEmpty, !self.parameters.contains(argument) else { return }
        let nearest = Suggestion.nearest(to: argument, among: self.parameters)
        reader.report(
            "'\(argument)' is none of the tool's parameters", at: node, suggestion: nearest,
            allowed: self.parameters.sorted())
    }
}
