import BelayCore
import BelayJSON

/// Writes `GET /v1/models` and `GET /v1/models/{id}`.
///
/// Both vendors have the same paths and other answers: a client of Anthropic's sends the header `anthropic-version`.
package enum ModelListWriter {
    package static func openAI(_ models: [ModelListing]) -> [UInt8] {
        let body: JSON = ["object": "list", "data": .array(models.map(self.openAIModel))]
        return body.bytes()
    }

    package static func openAI(_ model: ModelListing) -> [UInt8] { self.openAIModel(model).bytes() }

    package static func anthropic(_ page: ModelListPage) -> [UInt8] {
        let body: JSON = [
            "data": .array(page.models.map(self.anthropicModel)), "has_more": .bool(page.hasMore),
            "first_id": page.models.first.map { .string($0.id) } ?? .null,
            "last_id": page.models.last.map { .string($0.id) } ?? .null,
        ]
        return body.bytes()
    }

    package static func anthropic(_ model: ModelListing) -> [UInt8] { self.anthropicModel(model).bytes() }

    private static func openAIModel(_ model: ModelListing) -> JSON {
        [
            "id": .string(model.id), "object": "model", "created": .int(model.created.milliseconds / 1_000),
            "owned_by": .string(model.owner),
        ]
    }

    private static func anthropicModel(_ model: ModelListing) -> JSON {
        [
            "type": "model", "id": .string(model.id),
            "display_name": .string(model.title.isEmpty ? model.id : model.title),
            "created_at": .string(model.created.rfc3339), "lifecycle": "active",
        ]
    }
}
