import BelayCore
import BelayJSON

/// Reads an answer as a value of a schema. Pure.
struct OutputReader: Sendable {
    /// What an answer says.
    enum Reading: Sendable, Hashable {
        case value(JSON, repairs: [JSONRepair.Repair])
        /// `repairs` of a text that could be read and is no valid value.
        case invalid([String], repairs: [JSONRepair.Repair] = [])
        /// The model or its provider's filter refused; asking again the same way is of no use.
        case refused
    }

    private let schema: JSONSchema
    /// Whether `{}` and the like may be meant: when the schema says nothing of members, as for any JSON object.
    private let allowsEmpty: Bool

    /// - Throws: `JSONSchema.Invalid` for a document that is no schema.
    init(schema document: JSON, ignoringForeignPatterns: Bool = false) throws(JSONSchema.Invalid) {
        self.schema = try JSONSchema(document, ignoringForeignPatterns: ignoringForeignPatterns)
        self.allowsEmpty = document["properties"] == nil && document["$ref"] == nil
    }

    func read(_ answer: ModelAnswer) -> Reading {
        if answer.stopReason == .refused { return .refused }
        let text = answer.text
        guard !text.allSatisfy(\.isWhitespace) else { return .invalid(["the answer is empty"]) }
        let isCut = answer.stopReason == .maxTokens
        do {
            let value = try JSON.parse(Array(text.utf8))
            // The end of an object shows that it is whole; the number 12 may have been about to become 123.
            if isCut, value.isScalar { return .invalid([Self.cut]) }
            return self.checked(value, repairs: [])
        } catch {
            if isCut { return .invalid([Self.cut]) }
            guard let repaired = JSONRepair.repair(text) else {
                return .invalid(["the answer is not JSON: \(error)"])
            }
            // What would have to be made up is not mended: parts may be missing.
            guard !repaired.isTruncated else {
                return .invalid(["the answer ends before its JSON does"], repairs: repaired.repairs)
            }
            return self.checked(repaired.value, repairs: repaired.repairs)
        }
    }

    private static let cut = "the answer was cut off at the limit of output tokens; it has to be shorter"

    private func checked(_ value: JSON, repairs: [JSONRepair.Repair]) -> Reading {
        if value.isBlank, !self.allowsEmpty || value.objectValue == nil {
            return .invalid(["the value is empty"], repairs: repairs)
        }
        let problems = self.schema.validate(value).map(\.description)
        return problems.isEmpty ? .value(value, repairs: repairs) : .invalid(problems, repairs: repairs)
    }
}

extension JSON {
    fileprivate var isScalar: Bool { self.arrayValue == nil && self.objectValue == nil }

    /// Holds nothing. An empty list may be an answer: there was nothing to list.
    fileprivate var isBlank: Bool {
        switch self {
        case .null: true
        case .string(let text): text.allSatisfy(\.isWhitespace)
        case .object(let object): object.isEmpty
        default: false
        }
    }
}
