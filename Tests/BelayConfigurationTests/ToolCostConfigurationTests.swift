import BelayCore
import Testing

@testable import BelayConfiguration

struct ToolCostConfigurationTests {
    private static func file(_ keys: String) -> String {
        """
        tools:
          search:
            description: Searches
            http: {method: GET, url: "http://127.0.0.1:8733/search"}
            \(keys)
        """
    }

    @Test(
        arguments: [
            ("cost: 0.005", 5_000_000, nil), ("cost: $0.005", 5_000_000, nil),
            (#"cost: "$1000""#, 1_000_000_000_000, nil),
            ("cost: 0.000000001", 1, nil), ("{cost: $0.02, cost_from: /usage/0/usd}", 20_000_000, "/usage/0/usd"),
        ] as [(String, Int64, String?)])
    func aCostIsReadAndHandedOn(_ keys: String, _ nanoDollars: Int64, _ pointer: String?) throws {
        let keys = keys.hasPrefix("{") ? String(keys.dropFirst().dropLast()).replacing(", ", with: "\n    ") : keys
        let configuration = try Configuration.parse(Self.file(keys))
        let cost = ToolCost(Money(nanoDollars: nanoDollars), reported: pointer)
        #expect(configuration.makeTools().map(\.descriptor.cost) == [cost] && cost.defect == nil)
    }

    @Test func withoutAKeyACallCostsNothing() throws {
        #expect(try Configuration.parse(Self.file("timeout: 5s")).makeTools().map(\.descriptor.cost) == [nil])
    }

    @Test func aServersToolsHaveTheCostOfItsEntry() throws {
        let configuration = try Configuration.parse(
            "tools: {web: {mcp: {command: [web]}, cost: $0.01, cost_from: /usd}}")
        let servers = configuration.makeServers()
        #expect(
            servers.map(\.server.specification.rules.cost) == [
                ToolCost(Money(nanoDollars: 10_000_000), reported: "/usd")
            ])
    }

    @Test(arguments: [
        ("cost: -0.005", "cost: expected amount of dollars"), ("cost: .nan", "cost: expected amount of dollars"),
        ("cost: .inf", "cost: expected amount of dollars"), ("cost: free", "cost: expected amount of dollars"),
        ("cost: 5 EUR", "cost: expected amount of dollars"),
        ("cost: 0.0000000001", "cost: expected amount of dollars"),
        ("cost: 99999999999999", "cost: expected amount of dollars"),
        ("cost: $0", "cost: a tool that costs nothing needs no cost; leave it out"),
        ("cost: $1000.01", "cost: a call costs at most $1000.00"),
        ("cost_from: /usd", "cost_from: 'cost_from' needs the key 'cost': the most that a call may cost"),
        ("cost: $1\n    cost_from: usd", "cost_from: not a JSON Pointer (RFC 6901); write one such as /cost_usd"),
        ("cost: $1\n    cost_from: /a~2", "cost_from: not a JSON Pointer (RFC 6901)"),
        ("costs: $1", "costs: unknown key; did you mean 'cost'?"),
    ])
    func whatCannotBeIsRefusedWithItsPlace(_ keys: String, _ problem: String) {
        let found = problems(Self.file(keys))
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.hasPrefix("belay.yaml:") == true, "\(found)")
        #expect(found.first?.contains("tools.search") == true, "\(found)")
        #expect(found.first?.contains(problem) == true, "\(found)")
    }
}
