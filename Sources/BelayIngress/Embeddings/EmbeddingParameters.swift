/// The parameters of `POST /v1/embeddings`, after the typed models of OpenAI's own Python library, 3.54.
package enum EmbeddingParameters {
    package static let table = ParameterTable([
        .mapped("input"), .mapped("model"), .mapped("dimensions"), .mapped("encoding_format"), .mapped("user"),
    ])
}
