import BelayJSON

/// The client's side of one MCP connection as a value: which requests are open, and what to do with each line received.
///
/// Source: the Model Context Protocol's revisions 2024-11-05 to 2025-11-25, base protocol and utilities.
struct MCPConversation: Sendable {
    /// Open requests at a time; more are refused, so that nothing grows with a server that doesn't answer.
    static let maxOpenRequests = 256

    enum Received: Sendable, Hashable {
        /// Somebody's request is answered.
        case answered(id: Int, Result<JSON, JSONRPCError>)
        /// To be sent back.
        case reply(JSON)
        case toolsChanged
        /// Legal and of no interest here: other notifications, late answers to requests that were given up.
        case ignored
        /// Not a message, or an answer to a question that was never asked.
        case stray
    }

    private var nextID = 1
    private var open: Set<Int> = []

    /// Opens a request.
    ///
    /// - Returns: Its id and what to send; nil when too many are open.
    mutating func request(_ method: String, parameters: JSON) -> (id: Int, message: JSON)? {
        guard self.open.count < Self.maxOpenRequests else { return nil }
        let id = self.nextID
        self.nextID += 1
        self.open.insert(id)
        return (id, JSONRPCMessage.request(id: id, method: method, parameters: parameters))
    }

    /// Gives a request up.
    ///
    /// - Returns: What to send, so that the server can stop working on it; nil when it is not open any more.
    mutating func cancel(_ id: Int, reason: String) -> JSON? {
        guard self.open.remove(id) != nil else { return nil }
        return JSONRPCMessage.notification(
            "notifications/cancelled", parameters: ["requestId": .int(Int64(id)), "reason": .string(reason)])
    }

    /// Takes a line that was received. A batch (legal in 2025-03-26) is several messages.
    mutating func receive(_ line: [UInt8]) -> [Received] {
        let json: JSON
        do {
            json = try JSON.parse(line, limits: JSON.Limits(depth: 128, bytes: line.count))
        } catch {
            return [.stray]
        }
        let messages = json.arrayValue ?? [json]
        return messages.map { self.receive($0) }
    }

    private mutating func receive(_ json: JSON) -> Received {
        switch JSONRPCMessage(json) {
        case .result(let id, let result): self.settle(id, .success(result))
        case .error(let id, let error): self.settle(id, .failure(error))
        case .request(let id, "ping"): .reply(JSONRPCMessage.answer(to: id, result: [:]))
        case .request(let id, let method): .reply(JSONRPCMessage.refusal(of: id, method: method))
        case .notification("notifications/tools/list_changed", _): .toolsChanged
        case .notification: .ignored
        case nil: .stray
        }
    }

    private mutating func settle(_ id: JSON, _ result: Result<JSON, JSONRPCError>) -> Received {
        guard let number = id.intValue, (1..<self.nextID).contains(number) else { return .stray }
        return self.open.remove(number) == nil ? .ignored : .answered(id: number, result)
    }
}
