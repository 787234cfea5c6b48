import BelayIngress
import BelayJSON

/// Which part of the models a client of Anthropic's protocol asks for.
struct ModelPage: Sendable {
    /// The defaults and the bounds are Anthropic's.
    static let parameters: [Endpoint.Parameter] = [
        .query(
            "limit", ["type": "integer", "minimum": 1, "maximum": 1_000, "default": 20],
            "Models of a page, in Anthropic's form."),
        .query("after_id", ["type": "string"], "The page behind this model, in Anthropic's form."),
        .query("before_id", ["type": "string"], "The page before this model, in Anthropic's form."),
    ]

    private let place: ModelListPage.Place
    private let limit: Int

    init(of request: ServerRequest) throws {
        self.limit = try request.integer("limit", in: 1...1_000, default: 20)
        switch (request.query("after_id"), request.query("before_id")) {
        case (nil, nil): self.place = .start
        case (let id?, nil): self.place = .after(id)
        case (nil, let id?): self.place = .before(id)
        case (.some, .some):
            throw Problem(
                .badRequest, code: "parameter_invalid", "after_id and before_id can't be given both.",
                parameter: "before_id")
        }
    }

    /// - Throws: `Problem` when the models have none of the name where the page should be.
    func part(of models: [ModelListing]) throws -> ModelListPage {
        if let page = ModelListPage(models, self.place, limit: self.limit) { return page }
        let name = if case .after = self.place { "after_id" } else { "before_id" }
        throw Problem(
            .badRequest, code: "parameter_invalid", "\(name) has to be a model of this list.", parameter: name)
    }

    /// OpenAI's form has no pages. Whoever asks for one must not take all models for it.
    static func refuseParameters(of request: ServerRequest) throws {
        for name in self.parameters.map(\.name) where request.query(name) != nil {
            throw Problem(
                .badRequest, code: "parameter_unknown",
                "\(name) is not a parameter of OpenAI's form. Send `anthropic-version` for Anthropic's.",
                parameter: name)
        }
    }
}
