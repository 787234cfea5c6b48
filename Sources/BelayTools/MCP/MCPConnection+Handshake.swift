import BelayJSON

/// Who answered an `initialize`.
struct MCPPeer: Sendable, Hashable {
    var name: String
    var version: String
    /// The protocol's revision that both sides speak from now on.
    var revision: String
}

extension MCPConnection {
    /// Revisions with an `initialize`, oldest first; the newest is asked for.
    static let revisions = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]

    /// Pages and tools of one listing. A server that has more is broken, or wants to fill the context.
    private static let maxPages = 100
    private static let maxTools = 1_000

    /// Introduces both sides.
    ///
    /// - Throws: `MCPFailure`: an unknown revision, a server without tools, or no connection.
    func initialize() async throws -> MCPPeer {
        let answer = try await self.request(
            "initialize",
            [
                "protocolVersion": .string(Self.revisions[Self.revisions.count - 1]), "capabilities": [:],
                "clientInfo": ["name": "belay", "version": "1"],
            ])
        guard let revision = answer["protocolVersion"]?.stringValue, Self.revisions.contains(revision) else {
            let offered = answer["protocolVersion"]?.serialized() ?? "nothing"
            throw MCPFailure.malformed("it offers protocol revision \(offered.prefix(40)), which is not known here")
        }
        guard answer["capabilities"]?["tools"] != nil else { throw MCPFailure.malformed("it offers no tools") }
        self.notify("notifications/initialized")
        let server = answer["serverInfo"]
        return MCPPeer(
            name: server?["name"]?.stringValue ?? "unnamed", version: server?["version"]?.stringValue ?? "",
            revision: revision)
    }

    /// All pages of the server's list of tools.
    func listTools() async throws -> [MCPToolListing] {
        var listings: [MCPToolListing] = []
        var cursor: String?
        for _ in 0..<Self.maxPages {
            let page = try await self.request("tools/list", cursor.map { ["cursor": .string($0)] } ?? [:])
            guard let tools = page["tools"]?.arrayValue else { throw MCPFailure.malformed("its list of tools is none") }
            listings += try tools.map { try MCPToolListing($0) }
            guard listings.count <= Self.maxTools else {
                throw MCPFailure.malformed("it lists more than \(Self.maxTools) tools")
            }
            guard let next = page["nextCursor"]?.stringValue, next != cursor else { return listings }
            cursor = next
        }
        throw MCPFailure.malformed("its list of tools has more than \(Self.maxPages) pages")
    }
}
