import BelayCore
import BelayIngress
import BelayJSON
import BelayModels
import HTTPTypes
import Hummingbird

/// One request to count the tokens of a message's input.
struct CountExchange: Sendable {
    let models: ModelAccess
    let request: ServerRequest

    func response() async throws -> Response {
        var response = try await self.answer()
        response.headers[IngressProtocol.messages.requestIDHeader] = self.request.id
        return response
    }

    private func answer() async throws -> Response {
        do {
            try CallHeaders.refuseUnknown(in: self.request)
            let body = try await self.request.bytes(atMost: self.models.maxBodyBytes)
            let limits = self.models.limits
            var reader = MessagesRequestReader(limits: limits, schemas: self.models.schemas)
            var asked = try reader.readCounting(body)
            let route = try self.models.route(of: asked.model)
            asked.request.original = asked.original(body)
            return try await self.count(
                ModelCall(request: asked.request, route: route, tenant: self.request.client.tenant))
        } catch let problem as IngressProblem {
            return IngressProtocol.messages.response(to: problem, requestID: self.request.id)
        } catch let failure as ModelCallFailure {
            return IngressProtocol.messages.response(to: IngressProblem(failure), requestID: self.request.id)
        }
    }

    private func count(_ call: ModelCall) async throws -> Response {
        let count = try await self.request.departure.finishing { try await self.models.gateway.countTokens(of: call) }
        var response = Response.json(MessagesAnswerWriter.body(ofCount: count.tokens))
        // An estimate may be far off, and whoever plans by it has to know.
        response.headers[.belayCount] = count.path == nil ? "estimate" : "provider"
        if let path = count.path { response.headers[.belayPath] = path.description }
        return response
    }
}
