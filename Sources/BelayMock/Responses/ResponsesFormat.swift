import BelayJSON

/// OpenAI's Responses API. Nothing is kept: whoever refers to an earlier response is told that it isn't there.
struct ResponsesFormat: WireFormat {
    private let shared = OpenAIFormat()

    var ping: StreamEvent { self.shared.ping }

    func headers(requestID: String) -> [(name: String, value: String)] { self.shared.headers(requestID: requestID) }
    func models(_ names: [String]) -> JSON { self.shared.models(names) }
    func model(_ name: String) -> JSON { self.shared.model(name) }
    func status(of problem: ProviderProblem) -> Int { self.shared.status(of: problem) }

    func body(of problem: ProviderProblem, requestID: String) -> JSON {
        self.shared.body(of: problem, requestID: requestID)
    }

    /// A failure on the way is the end of the response.
    func event(of problem: ProviderProblem, requestID: String) -> StreamEvent {
        let response: JSON = [
            "id": .string("resp_" + requestID), "object": "response", "status": "failed", "output": [], "usage": nil,
            "error": ["code": "server_error", "message": .string(problem.message)],
        ]
        let event: JSON = ["type": "response.failed", "response": response]
        return StreamEvent(part: .closing, name: "response.failed", data: event.bytes())
    }
}
