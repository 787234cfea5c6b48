import Testing

@testable import BelayConfiguration

struct CrossReferenceTests {
    /// The file of the tests with one part replaced.
    private func broken(_ part: String, by other: String) -> [String] {
        precondition(support.contains(part))
        return problems(support.replacing(part, with: other))
    }

    @Test func theFileItselfIsFine() { #expect(problems(support) == []) }

    @Test func aPathNamesAProvider() {
        #expect(
            self.broken("main/gpt", by: "mian/gpt") == [
                "belay.yaml:5:21: routes.default.paths[0].model: no provider is named 'mian'; did you mean 'main'? "
                    + "(allowed: main)"
            ])
    }

    @Test func aRouteNamesEachPathOnce() {
        #expect(
            self.broken("[{model: main/gpt}]", by: "[{model: main/gpt}, {model: main/gpt}]") == [
                "belay.yaml:5:40: routes.default.paths[1].model: 'main/gpt' is an earlier path already; name it "
                    + "once, with more attempts"
            ])
    }

    @Test func anAgentNamesARoute() {
        #expect(
            self.broken("instructions: Help.", by: "instructions: Help.\n    route: defualt") == [
                "belay.yaml:18:12: agents.support.route: no route is named 'defualt'; did you mean 'default'? "
                    + "(allowed: default)"
            ])
        #expect(
            self.broken("  default:", by: "  other:") == [
                "belay.yaml:17:5: agents.support: no route is named 'default' (allowed: other)"
            ])
    }

    @Test func anAgentsCompactionNamesARoute() {
        #expect(
            self.broken("instructions: Help.", by: "instructions: Help.\n    compaction: {route: defualt}") == [
                "belay.yaml:18:25: agents.support.compaction.route: no route is named 'defualt'; did you mean 'default'? "
                    + "(allowed: default)"
            ])
    }

    @Test func aNameOfModelsStandsForSomethingThatTheFileHas() {
        #expect(problems("models: {helpdesk: agent/support}\n" + support) == [])
        #expect(
            problems("models: {helpdesk: agent/suport}\n" + support) == [
                "belay.yaml:1:20: models.helpdesk: no agent is named 'suport'; did you mean 'support'? "
                    + "(allowed: support)"
            ])
    }

    @Test func noToolHasTheNameOfOneOfTheRuntimes() {
        let renamed = support.replacing("create_refund", with: "ask_user")
        #expect(
            problems(renamed) == [
                "belay.yaml:7:3: tools.ask_user: the runtime has a tool of its own of this name and would never call "
                    + "this one; rename it"
            ])
        #expect(
            self.broken("agents:", by: "  plans: {mcp: {command: [plans], tools: [make_plan]}}\nagents:") == [
                "belay.yaml:15:42: tools.plans.mcp.tools: the runtime has a tool 'make_plan' of its own; set 'prefix'"
            ])
    }

    @Test func anAgentNamesEachToolOnce() {
        #expect(
            self.broken("[create_refund]", by: "[create_refund, create_refund]") == [
                "belay.yaml:18:28: agents.support.tools[1]: 'create_refund' stands here twice"
            ])
    }

    @Test func placeholdersAreParameters() {
        #expect(
            self.broken("orders/{order_id}", by: "orders/{ordr_id}") == [
                "belay.yaml:9:31: tools.create_refund.http.url: '{ordr_id}' is none of the tool's parameters; did "
                    + "you mean 'order_id'? (allowed: amount, order_id, idempotency_key)"
            ])
        #expect(
            self.broken("required: [order_id, amount]", by: "required: [amount]") == [
                "belay.yaml:9:31: tools.create_refund.http.url: the URL needs '{order_id}', but the parameters don't "
                    + "list it under 'required'"
            ])
        for part in ["headers: {x-a: \"{amuont}\"}", "query: {a: \"{amuont}\"}", "body: {a: [\"{amuont}\"]}"] {
            let found = self.broken("/refunds\"}", by: "/refunds\", \(part)}")
            #expect(
                found.count == 1
                    && found[0].contains("'{amuont}' is none of the tool's parameters; did you mean 'amount'?"))
        }
        #expect(self.broken("/refunds\"}", by: "/refunds\", query: {a: \"{amount}-{idempotency_key}\"}}") == [])
    }

    @Test func anArgumentNeverDecidesTheHost() {
        #expect(
            self.broken("http://127.0.0.1:8733/", by: "http://{order_id}/") == [
                "belay.yaml:9:31: tools.create_refund.http.url: an argument must not decide the host of the URL; "
                    + "placeholders may stand in its path and query"
            ])
    }

    @Test func anApprovalComparesANumber() {
        #expect(
            self.broken("{argument: amount,", by: "{argument: order_id,") == [
                "belay.yaml:14:34: tools.create_refund.approval.above.argument: 'order_id' is declared as string, "
                    + "and 'above' compares numbers"
            ])
        #expect(self.broken("{above: {argument: amount, limit: 50}}", by: "sometimes").count == 1)
    }

    @Test func schemasCompile() {
        let found = self.broken("order_id: {type: string}", by: "order_id: {type: strnig}")
        #expect(found.count == 1)
        let start =
            "belay.yaml:12:37: tools.create_refund.parameters.properties.order_id.type: not a usable JSON Schema: "
        #expect(found.first?.hasPrefix(start) == true, "\(found)")
        #expect(
            self.broken("type: object", by: "type: array") == [
                "belay.yaml:11:13: tools.create_refund.parameters.type: the arguments of a tool are an object; write "
                    + "'type: object'"
            ])
    }

    @Test func recoveryNeedsItsRequest() {
        #expect(
            self.broken("    approval:", by: "    in_doubt: probe\n    approval:") == [
                "belay.yaml:14:15: tools.create_refund.in_doubt: 'probe' needs the key 'probe': how to ask whether a "
                    + "call happened"
            ])
        #expect(
            self.broken("    approval:", by: "    effect: compensatable\n    approval:") == [
                "belay.yaml:14:13: tools.create_refund.effect: 'compensatable' needs the key 'compensation': how to "
                    + "undo a call"
            ])
    }

    @Test func aToolIsEitherARequestOrAServer() {
        #expect(problems("tools: {t: {description: d}}") == ["belay.yaml:1:12: tools.t: missing key 'http' or 'mcp'"])
        #expect(
            problems("tools: {t: {mcp: {command: [x]}, description: d, http: {url: 'http://x/'}}}") == [
                "belay.yaml:1:12: tools.t: both 'http' and 'mcp' are given; keep one"
            ])
        #expect(
            problems("tools: {t: {mcp: {command: [x]}, description: d}}") == [
                "belay.yaml:1:47: tools.t.description: has no meaning with 'mcp': the server's tools bring their own"
            ])
        #expect(
            problems("tools: {t: {http: {url: 'http://x/'}}}") == [
                "belay.yaml:1:12: tools.t: missing key 'description': what the tool does, for the model"
            ])
        #expect(problems("tools: {t: {mcp: {command: []}}}").count == 1)
    }

    @Test func aServersToolIsNamedAsItWillBe() {
        func text(_ tools: String) -> String { "tools: {fs: {mcp: {command: [c], prefix: fs_, tools: [\(tools)]}}}" }
        #expect(problems(text("files.delete")) == [])
        #expect(
            problems(text("files.delete, files/delete")).first?.contains("'fs_files_delete' is also one of") == true)
    }

    @Test func twoToolsNeverShareAName() {
        let text = """
            tools:
              now: {description: d, http: {url: "http://127.0.0.1/"}}
              clock: {mcp: {command: [c], tools: [now]}}
            """
        #expect(
            problems(text) == [
                "belay.yaml:3:38: tools.clock.mcp.tools: the tool 'now' is also one of 'tools.now'; set 'prefix'"
            ])
        #expect(problems(text.replacing("tools: [now]", with: "tools: [now], prefix: c_")) == [])
    }

    @Test func instructionsStandInOnePlace() {
        #expect(
            problems(
                "routes: {default: {paths: [{model: p/m}]}}\nproviders: {p: {kind: openai}}\nagents: {a: {tools: []}}")
                == [
                    "belay.yaml:3:13: agents.a: missing key 'instructions' or 'instructions_file'"
                ])
        let both = self.broken("instructions: Help.", by: "instructions: Help.\n    instructions_file: nowhere.md")
        #expect(both.count == 2)
        #expect(both.contains { $0.hasSuffix("both 'instructions' and 'instructions_file' are given; keep one") })
        #expect(
            self.broken("instructions: Help.", by: "instructions: ' '") == [
                "belay.yaml:17:19: agents.support.instructions: must not be empty"
            ])
    }
}
