import BelayCore
import BelayJSON
import BelayRouting
import GRDB

/// An outcome ready to be written; encoded before the writer's thread sees it.
struct OutcomeRow: Sendable {
    private let id: String
    private let revision: Int
    private let arguments: StatementArguments

    init(_ outcome: CallOutcome, node: NodeID) {
        self.id = outcome.id
        self.revision = outcome.revision
        self.arguments = [
            outcome.id, outcome.revision, node.rawValue, outcome.task, outcome.path.description,
            outcome.time.milliseconds, outcome.judgement, outcome.error != nil, outcome.latency.milliseconds,
            outcome.cost?.nanoDollars, outcome.json.serialized(),
        ]
    }

    /// Takes the place of an earlier revision; a later or an equal one stays.
    func keep(in transaction: StoreTransaction) throws {
        try transaction.run("DELETE FROM outcome WHERE id = ? AND revision < ?", [self.id, self.revision])
        try transaction.run(
            """
            INSERT INTO outcome
                (id, revision, node, task, path, time, judgement, is_error, latency, cost, payload)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
            """, self.arguments)
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
