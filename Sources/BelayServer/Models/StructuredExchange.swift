import BelayCore
import BelayIngress
import BelayJSON
import BelayModels

/// A whole answer to a client who may have asked for JSON of a schema: then it is one, mended and asked for again where
/// needed, as for `Gateway.structured`.
struct StructuredExchange: Sendable {
    struct Answer: Sendable {
        var result: ModelCallResult
        /// Nil where no schema was asked for.
        var conduct: StructuredOutput.Conduct?
    }

    let gateway: Gateway

    func answer(_ call: ModelCall) async throws -> Answer {
        guard let schema = Self.schema(of: call) else {
            return Answer(result: try await self.gateway.call(call, observe: nil))
        }
        // Patterns as other languages write them are let pass in requests, so nothing can be held to them here.
        let output = try await self.gateway.structured(call, schema: schema, ignoringForeignPatterns: true)
        return Answer(result: output.result, conduct: output.conduct)
    }

    /// The schema that an answer has to be held to. Not where the model may call tools instead of answering, and not for
    /// one model that the client chose itself: it gets what that one says.
    private static func schema(of call: ModelCall) -> JSON? {
        guard call.request.tools.isEmpty, ModelPath(call.route) == nil else { return nil }
        return call.request.original?.isBound == true ? nil : call.request.outputSchema
    }
}

extension IngressProblem {
    /// No answer was what the client's schema asks for.
    init(_ failure: StructuredOutputFailure) {
        let last = failure.tries.last?.problems.prefix(3).joined(separator: "; ") ?? "no answer"
        self.init(
            .upstreamFailed,
            "No model of the route gave an answer that is valid by the schema. What was wrong with the last one: \(last)."
        )
        self.wasTried = true
    }
}
