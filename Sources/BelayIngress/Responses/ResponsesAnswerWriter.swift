import BelayCore
import BelayJSON

/// Writes an answer as a response: an item for each of its parts.
package struct ResponsesAnswerWriter: Sendable {
    let stamp: AnswerStamp

    package init(stamp: AnswerStamp) { self.stamp = stamp }

    package func body(of answer: ModelAnswer, to request: IngressRequest) -> [UInt8] {
        let items = ResponsesItems(token: self.stamp.token, includesSignatures: request.includesSignatures)
        let status = Self.status(of: answer.stopReason)
        let output = items.output(answer.content, isWhole: status == "completed")
        let model = answer.model.isEmpty ? request.model : answer.model
        return Self.response(
            self.stamp, model: model, request: request, status: status, reason: answer.stopReason, output: output,
            usage: answer.usage
        ).bytes()
    }

    static func status(of reason: StopReason) -> String {
        switch reason {
        case .maxTokens, .refused: "incomplete"
        case .endTurn, .toolUse, .stopSequence, .other: "completed"
        }
    }

    /// - Parameters:
    ///   - reason: Nil while the answer is being written, and for one that failed.
    ///   - usage: Nil until it is known.
    static func response(
        _ stamp: AnswerStamp, model: String, request: IngressRequest, status: String, reason: StopReason?,
        output: [JSON], usage: Usage?, error: JSON = .null
    ) -> JSON {
        var response: JSON.Object = [
            "id": .string("resp_\(stamp.token)"), "object": "response", "created_at": .int(stamp.seconds),
            "status": .string(status), "background": false, "error": error,
            "incomplete_details": self.incompleteDetails(reason), "model": .string(model),
            "output": .array(output),
        ]
        for (key, value) in request.echo { response[key] = value }
        response["usage"] = usage.map(OpenAIUsage.responses) ?? .some(.null)
        return .object(response)
    }

    private static func incompleteDetails(_ reason: StopReason?) -> JSON {
        switch reason {
        case .maxTokens: ["reason": "max_output_tokens"]
        case .refused: ["reason": "content_filter"]
        case .endTurn, .toolUse, .stopSequence, .other, nil: .null
        }
    }
}
