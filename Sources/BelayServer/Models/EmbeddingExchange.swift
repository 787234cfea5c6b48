import BelayCore
import BelayIngress
import BelayJSON
import BelayModels
import BelayResilience
import HTTPTypes
import Hummingbird

/// One request for embeddings, in OpenAI's protocol.
struct EmbeddingExchange: Sendable {
    private static let wire = IngressProtocol.chatCompletions

    let models: ModelAccess
    let request: ServerRequest

    func response() async throws -> Response {
        var response = try await self.answer()
        response.headers[Self.wire.requestIDHeader] = self.request.id
        return response
    }

    private func answer() async throws -> Response {
        do {
            let headers = try CallHeaders(of: self.request)
            let body = try await self.request.bytes(atMost: self.models.maxBodyBytes)
            let asked = try EmbeddingRequestReader(limits: self.models.limits).read(body)
            let route = try self.models.route(of: asked.model)
            let grant = try await self.request.admit(headers.caller(endUser: asked.request.endUser)) {
                self.models.gateway.forecast(asked.request, on: route)
            }
            var response = try await self.embed(
                asked, on: route, digest: headers.digest(of: body, to: "embeddings"), headers, grant)
            response.headers.append(contentsOf: RateFields.fields(of: grant))
            return response
        } catch let exceeded as RateExceeded {
            return Self.wire.response(to: exceeded, requestID: self.request.id)
        } catch let problem as IngressProblem {
            return Self.wire.response(to: problem, requestID: self.request.id)
        } catch let failure as ModelCallFailure {
            var problem = IngressProblem(failure)
            // Refused before any model was asked: it has none that makes embeddings.
            if failure.attempts.isEmpty, failure.failure.kind == .badRequest { problem.path = ParameterPath("model") }
            var response = Self.wire.response(to: problem, requestID: self.request.id)
            response.headers.append(contentsOf: AnswerHeaders.fields(of: failure.attempts))
            return response
        }
    }

    private func embed(
        _ asked: IngressEmbedding, on route: String, digest: String, _ headers: CallHeaders, _ grant: RateGrant?
    ) async throws -> Response {
        let gateway = self.models.gateway
        let tenant = self.request.client.tenant
        let make = { @Sendable in
            let result: EmbeddingResult
            do {
                result = try await gateway.embed(
                    asked.request, route: route, caller: headers.caller(endUser: asked.request.endUser), tenant: tenant,
                    task: headers.task)
            } catch {
                grant?.end(after: error)
                throw error
            }
            grant?.end(tokens: result.usage.total)
            return WholeAnswer(
                headers: AnswerHeaders.fields(of: result),
                body: EmbeddingAnswerWriter.body(
                    of: result.vectors, model: result.model, inputTokens: result.usage.totalInput, to: asked))
        }
        return try await self.request.departure.finishing {
            guard let key = headers.ownKey else { return try await make() }
            return try await self.models.kept.answer(for: key, digest: digest, grant, make: make)
        }.response
    }
}
