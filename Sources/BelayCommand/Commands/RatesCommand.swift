import ArgumentParser
import Belay
import BelayConfiguration
import BelayJSON
import BelayResilience
import BelayServer

struct RatesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rates", abstract: "Shows the rates, and who is near a limit of open executions.",
        discussion: """
            Of what rates count, the store knows the executions that have not ended, which are listed here, and the \
            tokens of a day, which 'belay budgets' lists as rates-NAME. The rest is counted by each server: ask it for \
            /v1/rates.
            """)
    @OptionGroup var project: ProjectOptions
    @Option(help: "Only this rate.")
    var rate: String?
    @Option(help: "Only of this user, customer, key, agent or tenant.")
    var name: String?
    @Option(help: "Only of this tenant.")
    var tenant: String?
    @Option(help: "At most so many, 1 to 1000.")
    var limit = 50

    func validate() throws {
        guard (1...1_000).contains(self.limit) else { throw ValidationError("--limit has to be from 1 to 1000") }
    }

    func run() async throws {
        let policies = try self.policies(of: self.project.load())
        let found = try await self.project.withStore { runtime in
            var found: [RateCount] = []
            for policy in policies {
                found += try await policy.openExecutions(
                    in: runtime.store, tenant: self.tenant, name: self.name, limit: self.limit)
            }
            return Array(found.sorted(by: RateCount.precedes).prefix(self.limit))
        }
        if self.project.json {
            return Console.result([
                "rates": .array(policies.map(\.view)), "items": .array(found.map(\.view)), "next": .null,
            ])
        }
        var table = Table(["RATE", "PER", "TENANT", "NAME", "OPEN", "LIMIT"])
        for count in found {
            let standing = count.standing
            table.add([
                standing.policy, count.scope.rawValue, count.tenant, count.name, "\(standing.taken)",
                "\(standing.limit)",
            ])
        }
        Console.result(table.text(width: Console.width))
        if !policies.contains(where: { $0.executions != nil }) {
            Console.note("No rate limits concurrent_executions; a server tells of the others at /v1/rates.")
        } else if found.isEmpty {
            Console.note("Nobody who is limited has an open execution.")
        }
    }

    private func policies(of configuration: Configuration) throws -> [RatePolicy] {
        let policies = configuration.makeRateGate()?.policies ?? []
        guard let rate else { return policies }
        if let policy = policies.first(where: { $0.name == rate }) { return [policy] }
        let known = policies.isEmpty ? "none" : policies.map(\.name).joined(separator: ", ")
        throw Failure.wrongData("There is no rate \(rate) of requests or executions. Known rates: \(known).")
    }
}
