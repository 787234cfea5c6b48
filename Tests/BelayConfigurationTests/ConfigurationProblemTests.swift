import Testing

@testable import BelayConfiguration

struct ConfigurationProblemTests {
    @Test func anUnknownKeyNamesItsNearestNeighbourAndWhatIsAllowed() {
        #expect(
            problems("server:\n  prot: 8711\n") == [
                "belay.yaml:2:3: server.prot: unknown key; did you mean 'port'? (allowed: drain, host, keep_alive, keys, port)"
            ])
        #expect(
            problems("sever: {}\n") == [
                "belay.yaml:1:1: sever: unknown key; did you mean 'server'? (allowed: agents, alerts, budgets, messages, models, "
                    + "prices_file, providers, rates, routes, runtime, server, store, tasks, tools)"
            ])
        #expect(
            problems("server: {xyzzy: 1}\n") == [
                "belay.yaml:1:10: server.xyzzy: unknown key (allowed: drain, host, keep_alive, keys, port)"
            ])
    }

    @Test func aWrongTypeSaysWhatWasExpectedAndWhatIsThere() {
        let text = """
            server: {port: many}
            store: [a]
            runtime:
              concurrency: [1]
              lease: 10
            providers: 5
            """
        #expect(
            problems(text) == [
                "belay.yaml:1:16: server.port: expected whole number from 0 to 65535, found 'many'",
                "belay.yaml:2:8: store: expected a mapping, found a list",
                "belay.yaml:4:16: runtime.concurrency: expected whole number from 1 to 10000, found a list",
                "belay.yaml:5:10: runtime.lease: expected a duration such as 250ms, 10s, 5m, 24h or 7d, found '10'; "
                    + "did you mean '10s'?",
                "belay.yaml:6:12: providers: expected a mapping of names, found '5'",
            ])
    }

    @Test(arguments: [
        ("server: {port: 65536}", "server.port"), ("server: {port: -1}", "server.port"),
        ("server: {port: '80'}", "server.port"), ("server: {host: true}", "server.host"),
        ("server: {host: {}}", "server.host"), ("server: {keys: [short]}", "server.keys[0]"),
        ("runtime: {drain: 2h}", "runtime.drain"), ("runtime: {poll_interval: 1ms}", "runtime.poll_interval"),
        ("runtime: {parallel_tools: 0}", "runtime.parallel_tools"),
        ("messages: {refused: ' '}", "messages.refused"),
        ("providers: {p: {kind: openai, retry_budget: {ratio: 11}}}", "providers.p.retry_budget.ratio"),
        ("providers: {p: {kind: openai, breaker: {failure_rate: 50}}}", "providers.p.breaker.failure_rate"),
        ("providers: {p: {kind: openai, breaker: {failure_rate: 0}}}", "providers.p.breaker.failure_rate"),
        (
            "providers: {p: {kind: openai, breaker: {failure_rate: 0.5, failures: 3}}}",
            "providers.p.breaker.failures"
        ),
        ("providers: {p: {kind: openai, breaker: {window: 10s}}}", "providers.p.breaker.window"),
        ("providers: {p: {kind: azure}}", "providers.p"),
        ("providers: {p: {kind: openai, models: [m]}}", "providers.p.models"),
        ("providers: {p: {kind: openai, models: {m: {images: maybe}}}}", "providers.p.models.m.images"),
        ("providers: {p: {kind: openai, models: {m: {image: true}}}}", "providers.p.models.m.image"),
        ("providers: {p: {kind: openai, models: {m: {context_tokens: 0}}}}", "providers.p.models.m.context_tokens"),
        ("runtime: {lease: 500ms}", "runtime.lease"), ("runtime: {lease: 11m}", "runtime.lease"),
        ("runtime: {lease: -1s}", "runtime.lease"), ("runtime: {lease: 1.5s}", "runtime.lease"),
        ("runtime: {lease: 99999999999999999999d}", "runtime.lease"),
        ("routes: {r: {paths: []}}", "routes.r.paths"),
        ("routes: {r: {paths: [{model: m}]}}", "routes.r.paths[0].model"),
        ("routes: {r r: {paths: [{model: p/m}]}}\nproviders: {p: {kind: openai}}", "routes.r r"),
        ("routes: {r: {cache: yes, paths: [{model: p/m}]}}\nproviders: {p: {kind: openai}}", "routes.r.cache"),
        (
            "routes: {r: {backoff: {base: 2m}, paths: [{model: p/m}]}}\nproviders: {p: {kind: openai}}",
            "routes.r.backoff"
        ),
        ("tools: {t: {description: d, http: {url: 'http://a:b@x/'}}}", "tools.t.http.url"),
        ("tools: {t: {description: d, http: {url: 'http://x/#a'}}}", "tools.t.http.url"),
        ("tools: {t: {description: d, http: {url: '/orders'}}}", "tools.t.http.url"),
        ("tools: {t: {description: d, http: {url: 'http://x/', body: xml}}}", "tools.t.http.body"),
        (
            "tools: {t: {description: d, http: {url: 'http://x/'}, approval: {over: 1}}}",
            "tools.t.approval"
        ),
        ("tools: {t: {description: d, http: {url: 'http://x/'}, calls_per_minute: 0}}", "tools.t.calls_per_minute"),
        (
            "tools: {t: {description: d, http: {url: 'http://x/'}, max_output_characters: 255}}",
            "tools.t.max_output_characters"
        ),
        ("providers: {p: {kind: openai, base_url: ftp://x}}", "providers.p.base_url"),
        ("providers: {p: {kind: openai, base_url: 'http://'}}", "providers.p.base_url"),
        ("providers: {p: {kind: openai, headers: {'a b': c}}}", "providers.p.headers.a b"),
        ("providers: {p: {kind: openai, headers: {Host: c}}}", "providers.p.headers.Host"),
        ("providers: {p: {kind: openai, headers: {a: \"b\\r\\nc: d\"}}}", "providers.p.headers.a"),
        ("providers: {p: {kind: openai, prices: {m: {input: -1, output: 1}}}}", "providers.p.prices.m.input"),
        ("providers: {p: {kind: openai, prices: {m: {input: 0.0001, output: 1}}}}", "providers.p.prices.m.input"),
    ])
    func refusesWhatIsOutOfRange(text: String, key: String) {
        do {
            _ = try Configuration.parse(text)
            Issue.record("accepted: \(text)")
        } catch {
            #expect(error.problems.map(\.key) == [key])
        }
    }

    @Test(arguments: ["0", "\"$0.00\""])
    func anAgentThatMayCostNothingIsRefusedSinceItWouldNeverAnswer(cost: String) {
        let text = support.replacing("instructions: Help.", with: "instructions: Help.\n    limits: {cost: \(cost)}")
        #expect(
            problems(text) == [
                "belay.yaml:18:20: agents.support.limits.cost: an agent that may cost nothing never answers; allow "
                    + "more than $0"
            ])
    }

    /// What the file may say is what a tool may be registered with.
    @Test func theSmallestBoundOfAnOutputIsOneThatTheRegistryTakes() throws {
        let text = support.replacing(
            "    description: Pays", with: "    max_output_characters: 256\n    description: Pays")
        try Configuration.parse(text).verify()
    }

    @Test func aMissingKeyIsNamedWithItsMeaning() {
        #expect(
            problems("providers:\n  main: {api_key: x}\n") == [
                "belay.yaml:2:9: providers.main: missing key 'kind': Which protocol it speaks: `openai` (chat "
                    + "completions, and every service compatible with them), `openai-responses`, `anthropic`, or chat "
                    + "completions as `azure`, `openrouter` and `gemini` speak them."
            ])
        #expect(
            problems("providers:\n  main:\n    kind:\n") == [
                "belay.yaml:3:10: providers.main.kind: expected `openai`, `openai-responses`, `anthropic`, `azure`, "
                    + "`openrouter`, `gemini`, found nothing"
            ])
    }

    @Test func anUnknownWordNamesTheWords() {
        #expect(
            problems("providers: {main: {kind: openia}}") == [
                "belay.yaml:1:26: providers.main.kind: unknown value 'openia'; did you mean 'openai'? (allowed: "
                    + "openai, openai-responses, anthropic, azure, openrouter, gemini)"
            ])
    }

    @Test func aServerThatOthersReachNeedsAKey() {
        #expect(
            problems("server: {host: 0.0.0.0}") == [
                "belay.yaml:1:16: server.host: '0.0.0.0' is reachable from other machines, and 'server.keys' holds "
                    + "no key; add one or listen on 127.0.0.1"
            ])
        #expect(problems("server: {host: 0.0.0.0, keys: ['${KEY:-}']}").count == 1)
        #expect(problems("server: {host: 0.0.0.0, keys: [a-long-key]}") == [])
        for host in ["localhost", "127.9.0.1", "::1"] { #expect(problems("server: {host: '\(host)'}") == []) }
        #expect(problems("server: {host: 127.evil.example.com}").count == 1)
    }

    @Test func listsAtMostFiftyProblemsInTheOrderOfTheirLines() throws {
        let text = "server:\n" + (1...60).reversed().map { "  key\($0): 1\n" }.joined()
        do {
            _ = try Configuration.parse(text)
            Issue.record("accepted")
        } catch {
            #expect(error.problems.count == 50 && error.unlisted == 10)
            #expect(error.problems.map(\.line) == Array(2...51))
            #expect(error.description.hasSuffix("\nand 10 more"))
        }
    }

    @Test func collectsProblemsOfAllKindsAtOnce() {
        let text =
            support.replacing("amount, limit", with: "amuont, limit").replacing(
                "[create_refund]", with: "[create_refnd]")
            + "store: {pth: x}\n"
        #expect(
            problems(text) == [
                "belay.yaml:14:34: tools.create_refund.approval.above.argument: 'amuont' is none of the tool's "
                    + "parameters; did you mean 'amount'? (allowed: amount, order_id)",
                "belay.yaml:18:13: agents.support.tools[0]: no tool is named 'create_refnd'; did you mean "
                    + "'create_refund'? (allowed: create_refund)",
                "belay.yaml:19:9: store.pth: unknown key; did you mean 'path'? (allowed: path)",
            ])
    }
}
