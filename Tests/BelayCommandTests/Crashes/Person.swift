import BelayJSON

/// Who is asked when something waits: consents to everything, and looks up at the service what nobody knows.
struct Person: Sendable {
    let service: EffectService

    func answerAll(at api: API) async throws {
        for wait in try await api.get("/v1/waits?limit=1000").json["items"]?.arrayValue ?? [] {
            guard let id = wait["id"]?.stringValue else { continue }
            // One that another answer, or the end, was faster for is refused, and that's fine.
            _ = try await api.post("/v1/waits/\(id)/answer", ["answer": try await self.answer(to: wait), "by": "ana"])
        }
    }

    private func answer(to wait: JSON) async throws -> JSON {
        switch wait["kind"]?.stringValue {
        case "approval": return ["decision": "approve"]
        case "resolution":
            let key = wait["context"]?["idempotency_key"]?.stringValue ?? ""
            return ["resolution": try await self.service.happened(key) ? "happened" : "did_not_happen"]
        default: return ["action": "return", "text": "Go on."]  // No model answered for too long.
        }
    }
}
