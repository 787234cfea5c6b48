import BelayCore
import BelayLedger
import BelayServer

extension CostReport {
    /// What is listed: without anything to tell costs apart by, the sum.
    private var rows: [Group] {
        self.dimensions.isEmpty ? [Group(values: [], figures: self.total)] : self.groups
    }

    func table(atMost limit: Int) -> Table {
        var table = Table(
            self.dimensions.map { $0.rawValue.uppercased() } + [
                "REQUESTS", "ATTEMPTS", "SESSIONS", "INPUT", "CACHED", "OUTPUT", "COST", "ESTIMATED", "A SESSION",
                "1,000 REQUESTS",
            ])
        for group in self.rows.prefix(limit) {
            let figures = group.figures
            let cells: [String] = [
                "\(figures.requests)", "\(figures.attempts)", figures.sessions.map(String.init) ?? "-",
                "\(figures.usage.totalInput)", "\(figures.usage.cacheRead)", "\(figures.usage.totalOutput)",
                "\(figures.cost)", figures.estimatedPercent.map { "\($0) %" } ?? "-",
                figures.costPerSession?.description ?? "-", figures.costPerThousandRequests?.description ?? "-",
            ]
            table.add(group.values.map { $0 ?? "-" } + cells)
        }
        return table
    }

    private static let figureNames = [
        "requests", "cached_answers", "attempts", "sessions", "fresh_input_tokens", "cache_read_tokens",
        "cache_write_tokens", "output_tokens", "reasoning_tokens", "cost_usd", "estimated_usd", "unpriced_usd",
        "cost_per_session_usd", "cost_per_1000_requests_usd", "prompt_cache_saved_usd", "answer_cache_saved_usd",
    ]

    func csv(atMost limit: Int) -> String {
        let causes = Spending.Cause.allCases
        var csv = CSV(
            self.dimensions.map(\.rawValue) + Self.figureNames
                + causes.flatMap { ["\($0.rawValue)_attempts", "\($0.rawValue)_usd"] })
        for group in self.rows.prefix(limit) {
            let (figures, usage) = (group.figures, group.figures.usage)
            let counts: [Int?] = [
                figures.requests, figures.cachedAnswers, figures.attempts, figures.sessions, usage.freshInput,
                usage.cacheRead, usage.cacheWrite, usage.output, usage.reasoning,
            ]
            let amounts: [Money?] = [
                figures.cost, figures.estimated, figures.unpriced, figures.costPerSession,
                figures.costPerThousandRequests, figures.promptCacheSaved, figures.answerCacheSaved,
            ]
            var record = group.values.map { $0 ?? "" }
            record += counts.map { $0.map(String.init) ?? "" }
            record += amounts.map { $0?.decimal ?? "" }
            record += causes.map(figures.share).flatMap { ["\($0.attempts)", $0.cost.decimal] }
            csv.add(record)
        }
        return csv.text
    }

    /// The sum in sentences, and what it is made of beside answers at the first attempt.
    var summary: [String] {
        guard let first, let last else { return ["Nothing was spent in this time."] }
        let total = self.total
        let rates = [
            total.costPerSession.map { ", \($0) a session" },
            total.costPerThousandRequests.map { ", \($0) for 1,000 requests" },
        ].compactMap { $0 }.joined()
        let sessions = total.sessions.map { " in \($0) sessions" } ?? ""
        var lines = [
            "\(total.requests) requests\(sessions) from \(first.text) to \(last.text): \(total.cost)\(rates)."
        ]
        if let percent = total.estimatedPercent, total.estimated > .zero {
            lines.append("\(total.estimated) of it (\(percent) %) is estimated.")
        }
        if total.unpriced > .zero {
            lines.append("\(total.unpriced) is of models without a price, which count at the ceiling.")
        }
        lines.append(
            "Part of it: \(Self.extras.map { total.words(of: $0.cause, as: $0.name) }.joined(separator: "; ")).")
        lines.append(
            "Spared: \(total.promptCacheSaved) by the providers' prompt caches, \(total.answerCacheSaved) by Belay's "
                + "own (\(total.cachedAnswers) answers).")
        return lines
    }

    private static let extras: [(cause: Spending.Cause, name: String)] = [
        (.retry, "retries"), (.fallback, "fallbacks"), (.hedge, "hedges"), (.judge, "judges"), (.reask, "re-asks"),
        (.compaction, "compaction"), (.embedding, "embeddings"), (.tool, "tools"),
    ]
}

extension CostFigures {
    fileprivate func words(of cause: Spending.Cause, as name: String) -> String {
        let share = self.share(cause)
        return share.attempts == 0 && share.cost == .zero ? "\(name) none" : "\(name) \(share.cost) (\(share.attempts))"
    }
}

extension CostProjection {
    var table: Table {
        var table = Table(["USERS A DAY", "SESSIONS A MONTH", "COST A MONTH"])
        for month in self.months { table.add(["\(month.users)", "\(month.sessions)", "\(month.cost.inCents)"]) }
        return table
    }

    var csv: String {
        var csv = CSV(["users_a_day", "sessions_a_month", "cost_a_month_usd"])
        for month in self.months { csv.add(["\(month.users)", "\(month.sessions)", month.cost.decimal]) }
        return csv.text
    }

    var assumptions: [String] {
        let doubts = self.doubts.map(\.sentence)
        guard let sessions = self.report.total.sessions, sessions > 0, let mean = self.report.total.costPerSession,
            let first = self.report.first, let last = self.report.last
        else { return doubts }
        let percent = self.report.total.estimatedPercent ?? 0
        let rate = Money(nanoDollars: Int64(self.sessionsPerUser) * 1_000_000).decimal
        return doubts + [
            "This assumes:",
            "- \(rate) sessions of a user on a day: \(self.sourceWords);",
            "- \(mean) a session: the mean of \(sessions) sessions from \(first.text) to \(last.text), of which "
                + "\(percent) % is estimated;",
            "- a month of \(Self.days) days, and users, models and prices as in that time.",
        ]
    }

    private var sourceWords: String {
        switch self.source {
        case .given: "given"
        case .observed:
            "observed, \(self.report.userSessions ?? 0) sessions on \(self.report.userDays ?? 0) days of users"
        case .assumed: "a guess, since no call named its user"
        }
    }
}

extension Money {
    /// Rounded to whole cents.
    fileprivate var inCents: Money {
        let cents = self.times(1, over: 10_000_000)?.nanoDollars ?? 0
        return Money(nanoDollars: cents).times(10_000_000, over: 1) ?? self
    }
}
