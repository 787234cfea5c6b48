import BelayCore
import BelayHTTP
import BelayJSON

/// OpenAI's embeddings, which most servers of chat completions speak too.
struct OpenAIEmbeddings: Sendable {
    let settings: ProviderSettings
    let errors: OpenAIErrors

    func request(for request: EmbeddingRequest, model: String) -> HTTPRequest {
        let variation = OpenAIVariation(self.settings)
        var body: JSON.Object = ["model": .string(model), "input": .array(request.inputs.map(Self.input))]
        if let dimensions = request.dimensions { body["dimensions"] = JSON(dimensions) }
        body["encoding_format"] = "float"
        // Not renamed here.
        if let user = request.endUser, variation.userField != nil { body["user"] = .string(user) }
        return HTTPRequest(
            method: "POST", url: variation.url(self.settings.root, "/embeddings", model: model),
            headers: variation.headers(self.settings, accepting: "application/json"),
            body: JSON.object(body).bytes(), connectTimeout: self.settings.timeouts.connect)
    }

    /// - Throws: `ModelFailure` of kind `malformedResponse` unless there is one vector of numbers for each input, and all
    ///   are of one length.
    func embeddings(from body: [UInt8], count: Int) throws(ModelFailure) -> Embeddings {
        let json = try OpenAIResponseMapping.parse(body)
        if let failure = self.errors.failure(in: json) { throw failure }
        let usage = OpenAIUsageMapping.usage(json["usage"]) ?? .zero
        guard let data = json["data"]?.arrayValue, data.count == count else {
            let number = json["data"]?.arrayValue?.count ?? 0
            throw Self.malformed("the response has \(number) embeddings for \(count) inputs", usage)
        }
        var vectors = [[Float]](repeating: [], count: count)
        for (position, item) in data.enumerated() {
            let index = item["index"]?.intValue ?? position
            guard vectors.indices.contains(index), vectors[index].isEmpty else {
                throw Self.malformed("embedding \(position) has an index that is too large, or twice there", usage)
            }
            guard let vector = Self.vector(item["embedding"]), !vector.isEmpty else {
                throw Self.malformed("embedding \(position) is no list of numbers", usage)
            }
            vectors[index] = vector
        }
        guard vectors.allSatisfy({ $0.count == vectors[0].count }) else {
            throw Self.malformed("the embeddings are of different lengths", usage)
        }
        return Embeddings(vectors: vectors, model: json["model"]?.stringValue ?? "", usage: usage)
    }

    private static func input(_ input: EmbeddingRequest.Input) -> JSON {
        switch input {
        case .text(let text): .string(text)
        case .tokens(let tokens): .array(tokens.map { JSON($0) })
        }
    }

    private static func vector(_ json: JSON?) -> [Float]? {
        guard let items = json?.arrayValue else { return nil }
        var vector: [Float] = []
        vector.reserveCapacity(items.count)
        for item in items {
            guard let value = item.doubleValue, value.isFinite else { return nil }
            vector.append(Float(value))
        }
        return vector
    }

    private static func malformed(_ message: String, _ usage: Usage) -> ModelFailure {
        ModelFailure(.malformedResponse, message: message, usage: usage.ifReported)
    }
}
