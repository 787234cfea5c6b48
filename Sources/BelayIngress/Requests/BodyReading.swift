import BelayJSON

/// The beginning of every request: bytes that have to be a JSON object.
enum BodyReading {
    static func object(_ body: [UInt8], limits: IngressLimits) throws(IngressProblem) -> Field {
        guard body.count <= limits.body.bytes else { throw .bodyTooLarge(limit: limits.body.bytes) }
        let json: JSON
        do throws(JSON.ParseError) {
            json = try JSON.parse(body, limits: limits.body)
        } catch {
            throw IngressProblem(error)
        }
        guard json.objectValue != nil else {
            throw IngressProblem(.malformedBody, "The body has to be a JSON object.")
        }
        return Field(json: json, path: .body)
    }
}
