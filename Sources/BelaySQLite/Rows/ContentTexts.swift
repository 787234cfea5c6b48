import BelayCore
import BelayJSON
import GRDB

/// The large texts of one tenant.
struct ContentTexts {
    let db: Database
    let tenant: String

    func store(_ contents: [String: String]) throws {
        guard !contents.isEmpty else { return }
        let statement = try self.db.cachedStatement(
            sql: "INSERT INTO content (tenant, hash, text) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
        for (hash, text) in contents { try statement.execute(arguments: [self.tenant, hash, text]) }
    }

    /// - Throws: `StoreError.corrupt` when a text is missing.
    func restore(_ json: JSON) throws -> JSON {
        let statement = try self.db.cachedStatement(sql: "SELECT text FROM content WHERE tenant = ? AND hash = ?")
        var contents: [String: String] = [:]
        for hash in LargeContent.references(in: json) {
            contents[hash] = try String.fetchOne(statement, arguments: [self.tenant, hash])
        }
        return try LargeContent.restore(json, from: contents)
    }
}
