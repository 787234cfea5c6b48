import BelayJSON

/// `/_mock/...`: what was received, and faults at run time. Needs no key; serve it to a trusted network only.
struct ControlRoutes {
    let provider: MockProvider
    let connections: Connections.Counts
    let elapsed: Duration
    let keepsAlive: Bool

    func script(for request: HTTPRequest) -> WireScript {
        switch (request.method, request.path) {
        case (.GET, "/_mock/stats"): return self.reply(200, self.provider.statistics(connections: self.connections))
        case (.GET, "/_mock/requests"): return self.reply(200, ["requests": self.provider.requests()])
        case (.GET, "/_mock/faults"): return self.reply(200, self.faults)
        case (.POST, "/_mock/reset"):
            self.provider.reset(elapsed: self.elapsed)
            return self.reply(200, ["reset": true])
        case (.POST, "/_mock/faults"): return self.install(request.body)
        case (_, "/_mock/stats"), (_, "/_mock/requests"), (_, "/_mock/faults"), (_, "/_mock/reset"):
            return self.reply(405, ["error": "\(request.path) does not take \(request.method.rawValue)"])
        default:
            return self.reply(404, ["error": "known: stats, requests, faults, reset under /_mock/"])
        }
    }

    private var faults: JSON {
        let plan = self.provider.plan
        return [
            "percent": JSON(plan.mixRate * 100),
            "faults": .array(plan.faults.map { ["kind": .string($0.kind.rawValue), "rate": JSON($0.rate)] }),
        ]
    }

    /// `{"percent": 15}`, `{"faults": [...]}` in the form of the scenario, or both: what is left out stays as it is.
    private func install(_ body: [UInt8]) -> WireScript {
        do {
            // Read as JSON first: it bounds size and depth, and JSON is YAML.
            let json = try JSON.parse(body, limits: JSON.Limits(depth: 16, bytes: 64 << 10))
            try self.provider.install(Self.plan(from: json, over: self.provider.plan), elapsed: self.elapsed)
            return self.reply(200, self.faults)
        } catch let error as JSON.ParseError {
            return self.reply(400, ["error": .string("the body is not JSON: \(error)")])
        } catch {
            return self.reply(400, ["error": .string("\(error)")])
        }
    }

    static func plan(from json: JSON, over current: FaultPlan) throws -> FaultPlan {
        guard let root = try ScenarioNode.root(of: json.serialized(), file: "body") else { return current }
        let fields = try root.fields(["percent", "faults"])
        return FaultPlan(
            faults: try fields["faults"]?.items().map { try FaultReader.fault($0) } ?? current.faults,
            percent: try fields["percent"]?.number(in: 0...100) ?? current.mixRate * 100)
    }

    private func reply(_ status: Int, _ body: JSON) -> WireScript {
        let bytes = Array((body.prettyPrinted() + "\n").utf8)
        let head = ResponseHead(
            status: status, contentType: "application/json", framing: .length(bytes.count), keepsAlive: self.keepsAlive)
        var script = WireScript(outcome: .control, status: status)
        script.add(.write(head.bytes() + bytes))
        if !self.keepsAlive { script.add(.close) }
        return script
    }
}
