import BelayJSON

/// The beginning of every request: bytes that have to be a JSON object.
enum BodyReading {
    static func object(_ body: [UInt8], limits: IngressLimits) throws(IngressProblem) -> Field {
        let json: JSON
        do throws(JSON.ParseError) {
            json = try JSON.parse(body, limits: limits.body)
        } catch {
            throw IngressProblem(error, limits: limits.body)
        }
        guard json.objectValue != nil else {
            throw IngressProblem(.malformedBody, "The body has to be a JSON object.")
        }
        return Field(json: json, path: .body)
    }
}
