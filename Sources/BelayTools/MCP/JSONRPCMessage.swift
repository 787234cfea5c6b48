import BelayJSON

/// What a peer sent, by the rules of JSON-RPC 2.0.
enum JSONRPCMessage: Sendable, Hashable {
    case result(id: JSON, JSON)
    case error(id: JSON, JSONRPCError)
    case request(id: JSON, method: String)
    case notification(method: String, parameters: JSON)

    /// - Returns: nil for what is no message, whatever else it may be.
    init?(_ json: JSON) {
        guard let object = json.objectValue else { return nil }
        switch (object["method"]?.stringValue, object["id"]) {
        case (let method?, let id?):
            self = .request(id: id, method: method)
        case (let method?, nil):
            self = .notification(method: method, parameters: object["params"] ?? .null)
        case (nil, let id?):
            if let error = object["error"] {
                self = .error(id: id, JSONRPCError(error))
            } else if let result = object["result"] {
                self = .result(id: id, result)
            } else {
                return nil
            }
        case (nil, nil):
            return nil
        }
    }

    static func request(id: Int, method: String, parameters: JSON) -> JSON {
        ["jsonrpc": "2.0", "id": .int(Int64(id)), "method": .string(method), "params": parameters]
    }

    static func notification(_ method: String, parameters: JSON? = nil) -> JSON {
        var message: JSON = ["jsonrpc": "2.0", "method": .string(method)]
        message["params"] = parameters
        return message
    }

    static func answer(to id: JSON, result: JSON) -> JSON {
        ["jsonrpc": "2.0", "id": id, "result": result]
    }

    static func refusal(of id: JSON, method: String) -> JSON {
        [
            "jsonrpc": "2.0", "id": id,
            "error": ["code": .int(Int64(JSONRPCError.methodNotFound)), "message": "this client does not offer that"],
        ]
    }
}

/// An error answer.
struct JSONRPCError: Error, Sendable, Hashable {
    static let methodNotFound = -32601

    var code: Int
    /// At most 2,000 characters.
    var message: String

    init(_ json: JSON) {
        self.code = json["code"]?.intValue ?? 0
        self.message = String((json["message"]?.stringValue ?? "no message").prefix(2_000))
    }

    /// The codes by which JSON-RPC says that a request was not carried out: parse error, invalid request, unknown
    /// method, invalid parameters.
    var saysNothingHappened: Bool { [-32700, -32600, -32601, -32602].contains(self.code) }
}
