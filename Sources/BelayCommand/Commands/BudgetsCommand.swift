import ArgumentParser
import Belay
import BelayConfiguration
import BelayJSON
import BelayLedger
import BelayServer

struct BudgetsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "budgets", abstract: "Shows and changes what may be spent, and checks the books.",
        subcommands: [List.self, SetLimit.self, Overrides.self, Lines.self, Verify.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists how the budgets stand, the newest periods first.")
        @OptionGroup var project: ProjectOptions
        @Option(help: "Only of this budget.")
        var budget: String?
        @Option(help: "Only of this user, customer, session, agent or tenant.")
        var subject: String?
        @Option(help: "Only of this tenant.")
        var tenant: String?
        @Option(help: "At most so many, 1 to 1000.")
        var limit = 50

        func validate() throws { try BudgetsCommand.check(self.limit) }

        func run() async throws {
            let configuration = try self.project.load()
            if let budget { _ = try configuration.budget(named: budget) }
            let filter = AccountFilter(budget: self.budget, tenant: self.tenant, subject: self.subject)
            let found = try await configuration.withLedger { try await $0.standings(filter, limit: self.limit) }
            if self.project.json {
                return Console.result(["items": .array(found.map { $0.view(of: configuration.allBudgets) })])
            }
            var table = Table(["BUDGET", "TENANT", "SUBJECT", "SINCE", "SPENT", "RESERVED", "LIMIT"])
            for standing in found {
                let (key, text) = (standing.key, standing.unit.text)
                table.add([
                    key.budget, key.tenant, key.subject, key.period.milliseconds == 0 ? "ever" : key.period.text,
                    text(standing.settled), text(standing.reserved), text(standing.limit),
                ])
            }
            Console.result(table.text(width: Console.width))
            if found.isEmpty { Console.note("Nothing was spent yet.") }
        }
    }

    struct SetLimit: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Sets another limit than the configured one, and records who did.")
        @OptionGroup var project: ProjectOptions
        @Argument(help: "The budget.")
        var budget: String
        @Argument(help: "The limit, such as '$10.00' or '500000 tokens'; 'configured' takes the last one back.")
        var limit: String
        @Option(
            help:
                "For whom: a user, customer, session, agent or tenant, as the budget counts; for all of the tenant without it."
        )
        var subject: String?
        @Option(help: "Of which tenant (default: default). A limit that is set holds for one tenant.")
        var tenant: String?
        @Option(name: .customLong("for"), help: ArgumentHelp("How long it holds, such as 24h.", valueName: "duration"))
        var lifetime: String?
        @Option(help: "Who sets it.")
        var by: String
        @Option(help: "Why.")
        var reason = ""

        func validate() throws {
            if let lifetime, !Self.lifetimes.contains(DurationText.parse(lifetime) ?? .zero) {
                throw ValidationError("--for has to be a duration from 1s to 366d, such as 24h or 7d")
            }
            if self.by.isEmpty || self.by.utf8.count > 200 { throw ValidationError("--by has to name somebody") }
            if self.reason.utf8.count > 2_000 { throw ValidationError("--reason has to be 2000 bytes or less") }
        }

        func run() async throws {
            let configuration = try self.project.load()
            let budget = try configuration.budget(named: self.budget)
            let units = try self.limit(of: budget)?.units
            let now = SystemWallClock().now
            let target = try self.target(of: budget)
            let override = BudgetOverride(
                budget: budget.name, tenant: target.tenant, subject: target.subject,
                units: units, unit: budget.limit.unit,
                expires: self.lifetime.flatMap(DurationText.parse).map(now.advanced(by:)),
                author: self.by, reason: self.reason, created: now)
            let standing = try await configuration.withLedger(making: true) { store in
                try await store.add(override)
                guard override.subject != nil || budget.scope == .everything else { return AccountStanding?.none }
                let filter = AccountFilter(budget: budget.name, tenant: override.tenant, subject: override.subject)
                return try await store.standings(filter, limit: 1).first
            }
            if self.project.json { return Console.result(override.view) }
            let all = budget.scope == .everything ? "everybody" : "each \(budget.scope.rawValue)"
            let whom = (override.subject ?? all) + (override.tenant.isEmpty ? "" : " in tenant \(override.tenant)")
            let until = override.expires.map { " until \($0.text)" } ?? ""
            Console.note(
                "\(budget.name) of \(whom): \(self.limit)\(until). It holds from now on; servers notice it within a second."
            )
            guard budget.enforcement == .hard else { return }
            if units == 0 { Console.note("Nothing that costs anything is admitted under a limit of nothing.") }
            if let standing, standing.settled >= standing.limit {
                Console.note(
                    "\(standing.unit.text(standing.settled)) are spent already, so nothing more is admitted for "
                        + "\(standing.key.subject.isEmpty ? "it" : standing.key.subject) in this period.")
            }
        }

        /// As `expires_in` of the API.
        private static let lifetimes = Duration.seconds(1)...Duration.seconds(31_622_400)

        private func target(of budget: Budget) throws -> (tenant: String, subject: String?) {
            do throws(BudgetLimitProblem) {
                return try budget.target(tenant: self.tenant, subject: self.subject)
            } catch {
                throw Failure.wrongUsage("\(error)")
            }
        }

        private func limit(of budget: Budget) throws -> BudgetLimit? {
            do throws(BudgetLimitProblem) { return try budget.replacement(self.limit) } catch {
                throw Failure.wrongUsage("\(error)")
            }
        }
    }

    struct Overrides: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists every limit that was set in place of a configured one, the newest first.")
        @OptionGroup var project: ProjectOptions
        @Option(help: "Only of this tenant.")
        var tenant: String?
        @Option(help: "At most so many, 1 to 1000.")
        var limit = 50

        func validate() throws { try BudgetsCommand.check(self.limit) }

        func run() async throws {
            let configuration = try self.project.load()
            let found = try await configuration.withLedger {
                try await $0.overrides(tenant: self.tenant, limit: self.limit)
            }
            let views = found.map(\.view)
            if self.project.json { return Console.result(["items": .array(views)]) }
            var table = Table(["SET", "BUDGET", "TENANT", "SUBJECT", "LIMIT", "UNTIL", "BY", "WHY"])
            for (override, view) in zip(found, views) {
                table.add([
                    override.created.text, override.budget, override.tenant, override.subject ?? "all",
                    view["limit"]?.stringValue ?? "configured", override.expires?.text ?? "for good", override.author,
                    override.reason,
                ])
            }
            Console.result(table.text(width: Console.width))
        }
    }

    struct Lines: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists what was spent, attempt by attempt, the newest first.")
        @OptionGroup var project: ProjectOptions
        @Option(help: "At most so many, 1 to 1000.")
        var limit = 50

        func validate() throws { try BudgetsCommand.check(self.limit) }

        func run() async throws {
            let found = try await self.project.load().withLedger { try await $0.rows(before: nil, limit: self.limit) }
            if self.project.json { return Console.result(["items": .array(found.map(\.view))]) }
            var table = Table([
                "TIME", "KIND", "CAUSE", "END", "PATH", "TOKENS", "CHARGED", "CUSTOMER", "AGENT", "TASK",
            ])
            for line in found {
                let row = line.row
                table.add([
                    row.time.text, row.kind.rawValue, row.purpose.cause.rawValue, row.spending.end.rawValue,
                    row.purpose.path, "\(row.amount.tokens)", "\(row.amount.money)", row.spender.customer ?? "",
                    row.spender.agent ?? "", row.spender.task ?? "",
                ])
            }
            Console.result(table.text(width: Console.width))
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds every line up again and compares the sums; exits with 1 when they differ.")
        @OptionGroup var project: ProjectOptions

        func run() async throws {
            let verdict = try await self.project.load().withLedger { try await $0.verify() }
            if self.project.json {
                Console.result(verdict.view)
            } else {
                for fault in verdict.faults { Console.result(fault) }
                Console.note(
                    "\(verdict.rows) lines in \(verdict.accounts) accounts, \(verdict.reserved.money) and "
                        + "\(verdict.reserved.tokens) tokens reserved: "
                        + (verdict.isSound ? "every sum is right." : "\(verdict.faults.count) sums are wrong."))
            }
            guard verdict.isSound else { throw ExitCode(1) }
        }
    }

    private static func check(_ limit: Int) throws {
        guard (1...1_000).contains(limit) else { throw ValidationError("--limit has to be from 1 to 1000") }
    }
}

extension Configuration {
    /// - Throws: `Failure` that lists those there are.
    fileprivate func budget(named name: String) throws -> Budget {
        if let budget = self.allBudgets.first(where: { $0.name == name }) { return budget }
        let known = self.allBudgets.isEmpty ? "none" : self.allBudgets.map(\.name).joined(separator: ", ")
        throw Failure.wrongData("There is no budget \(name). Known budgets: \(known).")
    }
}
