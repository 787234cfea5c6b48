import BelayCore
import BelayJSON
import Foundation

/// The stored form: figures with four digits, because it is kept for every call.
extension RoutingDecision {
    package var json: JSON {
        var object: JSON.Object = [
            "path": JSON(self.path.description), "reason": JSON(self.reason.rawValue),
        ]
        if self.stakes != .normal { object["stakes"] = JSON(self.stakes.rawValue) }
        if let propensity = self.propensity { object["propensity"] = .short(propensity) }
        if self.pressure != 0 { object["pressure"] = .short(self.pressure) }
        object["candidates"] = JSON(self.candidates.map(\.json))
        return .object(object)
    }

    package init(json: JSON) throws(RoutingFormatError) {
        let reader = try FieldReader(json, of: "`decision`")
        try reader.allow(["path", "reason", "stakes", "propensity", "pressure", "candidates"])
        let candidates = try reader.required("candidates", "an array of at most 256 paths") {
            $0.arrayValue.flatMap { $0.count <= 256 ? $0 : nil }
        }
        var read: [Candidate] = []
        for candidate in candidates { read.append(try Candidate(json: candidate)) }
        let reasons = Reason.allCases.map(\.rawValue).joined(separator: ", ")
        self.init(
            path: try reader.path("path"),
            reason: try reader.required("reason", "one of \(reasons)") {
                $0.stringValue.flatMap(Reason.init(rawValue:))
            },
            stakes: try reader.optional("stakes", "low, normal or critical") {
                $0.stringValue.flatMap(Stakes.init(rawValue:))
            } ?? .normal,
            candidates: read,
            propensity: try reader.optional("propensity", "a number above 0, at most 1") {
                $0.doubleValue.flatMap { $0 > 0 && $0 <= 1 ? $0 : nil }
            }, pressure: try reader.number("pressure") ?? 0)
    }
}

extension RoutingDecision.Candidate {
    var json: JSON {
        var object: JSON.Object = ["path": JSON(self.path.description)]
        if self.standing != .open { object["standing"] = JSON(self.standing.rawValue) }
        object["mean"] = .short(self.mean)
        if let sampled = self.sampled { object["sampled"] = .short(sampled) }
        object["evidence"] = .short(self.evidence)
        if let cost = self.cost { object["cost"] = .short(cost) }
        if let latency = self.latency { object["latency"] = .short(latency) }
        object["utility"] = .short(self.utility)
        return .object(object)
    }

    init(json: JSON) throws(RoutingFormatError) {
        let reader = try FieldReader(json, of: "A candidate")
        try reader.allow(["path", "standing", "mean", "sampled", "evidence", "cost", "latency", "utility"])
        let standings = Standing.allCases.map(\.rawValue).joined(separator: ", ")
        self.init(
            path: try reader.path("path"),
            standing: try reader.optional("standing", "one of \(standings)") {
                $0.stringValue.flatMap(Standing.init(rawValue:))
            } ?? .open,
            mean: try reader.optionalSuccess("mean") ?? 0, sampled: try reader.optionalSuccess("sampled"),
            evidence: try reader.number("evidence") ?? 0, cost: try reader.number("cost"),
            latency: try reader.number("latency"), utility: try reader.number("utility") ?? 0)
    }
}

extension RoutingDecision: Codable {
    public init(from decoder: any Decoder) throws {
        let json = try JSON(from: decoder)
        do {
            try self.init(json: json)
        } catch {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: error.description))
        }
    }

    public func encode(to encoder: any Encoder) throws { try self.json.encode(to: encoder) }
}

extension CallOutcome: Codable {
    public init(from decoder: any Decoder) throws {
        let json = try JSON(from: decoder)
        do {
            try self.init(json: json)
        } catch {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(codingPath: decoder.codingPath, debugDescription: error.description))
        }
    }

    public func encode(to encoder: any Encoder) throws { try self.json.encode(to: encoder) }
}

extension JSON {
    /// A number with four significant digits.
    package static func short(_ value: Double) -> JSON {
        guard value != 0, value.isFinite else { return .int(0) }
        // Scaled by a whole power of ten either way: only those are exact, and print short.
        let digits = 3 - floor(log10(abs(value)))
        let scale = pow(10, abs(digits))
        let rounded = digits >= 0 ? (value * scale).rounded() / scale : (value / scale).rounded() * scale
        return JSON(rounded.isFinite ? rounded : value)
    }
}
