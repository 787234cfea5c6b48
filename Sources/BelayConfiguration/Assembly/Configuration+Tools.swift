import Belay
import BelayHTTP

extension Configuration {
    /// The tools that are HTTP requests.
    ///
    /// - Parameter transport: What sends the requests.
    public func makeTools(transport: any HTTPTransport = DirectHTTPTransport.shared) -> [BelayCore.Tool] {
        self.tools.compactMap { tool in
            tool.specification.map { BelayCore.Tool(tool.descriptor, http: $0, transport: transport) }
        }
    }

    /// The MCP servers, not yet running, by the name of their entry.
    ///
    /// - Parameter report: Told about starts and ends.
    public func makeServers(
        report: @escaping @Sendable (MCPReport) -> Void = { _ in }
    ) -> [(name: String, server: BelayTools.MCPServer)] {
        self.tools.compactMap { tool in
            tool.server(folder: self.folder).map { (tool.name, BelayTools.MCPServer($0, observer: report)) }
        }
    }
}

extension Configuration.Tool {
    var descriptor: ToolDescriptor {
        ToolDescriptor(
            name: self.name, description: self.description, parameters: self.parameters, output: self.output,
            effect: self.effect, inDoubt: self.effectiveInDoubt, approval: self.approval,
            approvalExpiry: self.approvalExpiry, timeout: self.timeout, callsPerMinute: self.callsPerMinute,
            maxOutputCharacters: self.maxOutputCharacters, cost: self.toolCost)
    }

    private var toolCost: ToolCost? { self.cost.map { ToolCost($0, reported: self.costFrom) } }

    /// nil for an MCP server.
    var specification: HTTPToolSpecification? {
        self.http.map {
            HTTPToolSpecification(
                call: $0.request, probe: self.probe?.request, compensation: self.compensation?.request)
        }
    }

    /// nil for an HTTP request. The server works in the configuration's folder, so that its command may be relative.
    func server(folder: String) -> MCPServerSpecification? {
        self.mcp.map { mcp in
            MCPServerSpecification(
                self.name, command: mcp.command, environment: mcp.env,
                workingDirectory: folder, tools: mcp.tools, prefix: mcp.prefix,
                rules: ToolRules(
                    effect: self.effect, inDoubt: self.inDoubt, approval: self.approval,
                    approvalExpiry: self.approvalExpiry, timeout: self.timeout, callsPerMinute: self.callsPerMinute,
                    maxOutputCharacters: self.maxOutputCharacters, cost: self.toolCost))
        }
    }
}

extension Configuration.HTTPCall {
    var request: HTTPToolSpecification.Request {
        HTTPToolSpecification.Request(
            self.method.rawValue, self.url, query: self.query,
            headers: self.headers, body: self.specificationBody)
    }

    private var specificationBody: HTTPToolSpecification.Body {
        switch self.effectiveBody {
        case .json: .json
        case .form: .form
        case .none: .none
        case .template(let template): .template(template)
        }
    }
}
