import BelayCore
import BelayJSON
import BelayRouting
import GRDB

/// An outcome ready to be written; encoded before the writer's thread sees it.
struct OutcomeRow: Sendable {
    private let outcome: CallOutcome
    private let node: NodeID
    private let payload: [UInt8]

    init(_ outcome: CallOutcome, node: NodeID) {
        self.outcome = outcome
        self.node = node
        self.payload = outcome.json.bytes()
    }

    /// Each takes the place of its earlier revisions; a later or an equal one stays.
    static func keep(_ rows: [Self], in transaction: StoreTransaction) throws {
        let insert = try DirectStatement(
            transaction.db,
            """
            INSERT INTO outcome
                (id, revision, node, task, path, time, judgement, is_error, latency, cost, payload)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
            """)
        for row in rows {
            // The first of its name replaces nothing. One that does is written as a new row, for others to find.
            if row.outcome.revision > 0 {
                try transaction.run(
                    "DELETE FROM outcome WHERE id = ? AND revision < ?", [row.outcome.id, row.outcome.revision])
            }
            try row.insert(by: insert)
        }
    }

    private func insert(by statement: DirectStatement) throws {
        let outcome = self.outcome
        try statement.bind(outcome.id)
        try statement.bind(outcome.revision)
        try statement.bind(self.node.rawValue)
        try statement.bind(outcome.task)
        try statement.bind(outcome.path.description)
        try statement.bind(outcome.time.milliseconds)
        try statement.bind(outcome.judgement)
        try statement.bind(outcome.isFailure)
        try statement.bind(outcome.latency.milliseconds)
        try statement.bind(outcome.cost?.nanoDollars)
        try statement.run(last: self.payload)
    }

    static func outcome(_ payload: String) throws -> CallOutcome {
        do {
            return try CallOutcome(json: JSON.parse(payload))
        } catch {
            throw StoreError.corrupt("an outcome can't be read: \(error)")
        }
    }
}

/// The conditions of a filter. Names come from the source, never from a request.
struct OutcomeQuery: Sendable {
    private var conditions: [String] = []
    private(set) var arguments = StatementArguments()

    init(_ filter: OutcomeFilter) {
        if let task = filter.task { self.require("task = ?", [task]) }
        if let path = filter.path { self.require("path = ?", [path.description]) }
        if let since = filter.since { self.require("time >= ?", [since.milliseconds]) }
    }

    mutating func require(_ condition: String, _ arguments: StatementArguments) {
        self.conditions.append(condition)
        self.arguments += arguments
    }

    var condition: String { self.conditions.isEmpty ? "" : "WHERE \(self.conditions.joined(separator: " AND "))" }
}
