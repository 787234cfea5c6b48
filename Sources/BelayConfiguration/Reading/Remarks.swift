import BelayYAML

/// What was found in a file beside its meaning. Configurations that mean the same are equal however they were written, so
/// all remarks are equal.
struct Remarks: Sendable, Hashable {
    /// What is allowed and probably not meant, by line.
    var warnings: [ConfigurationError.Problem] = []
    /// The references that values came from, by the trail of their key, without what was written literally.
    var references: [String: String] = [:]

    static func == (left: Remarks, right: Remarks) -> Bool { true }
    func hash(into hasher: inout Hasher) {}

    /// Notes every reference at and below a node.
    ///
    /// - Parameter trail: Where it will be printed.
    mutating func note(referencesIn node: Located, at trail: Trail = .root) {
        switch node.value {
        case .mapping(let entries):
            for entry in entries { self.note(referencesIn: entry.value, at: .key(trail, entry.key)) }
        case .list(let elements):
            // Empty keys of the server are left out, and what follows moves up.
            for (index, element) in elements.filter({ !$0.isEmpty }).enumerated() {
                self.note(referencesIn: element, at: .index(trail, index))
            }
        case .scalar(let scalar) where scalar.isReferenced:
            self.references[trail.description] = ReferenceText.redacted(scalar.source)
        // Nothing but the place of an argument is no secret, and is lost if it isn't printed.
        case .scalar(let scalar) where scalar.text.wholeMatch(of: #/\{[A-Za-z0-9_.-]+\}/#) != nil:
            self.references[trail.description] = scalar.text
        case .scalar, .null, .unreadable: break
        }
    }
}

extension Located {
    fileprivate var isEmpty: Bool {
        switch self.value {
        case .null: true
        case .scalar(let scalar): scalar.text.isEmpty
        // A key of the server with who uses it.
        case .mapping: self["key"]?.isEmpty ?? false
        case .list, .unreadable: false
        }
    }
}

/// The text of a scalar with its references, as it may be shown.
enum ReferenceText {
    /// Names of schemes before a credential (RFC 9110, 11.4) are no secret.
    private static let schemes = ["Bearer ", "Basic "]

    /// The references as they were written; defaults and all other text may be a secret and become `***`.
    static func redacted(_ source: String) -> String {
        var result = ""
        var rest = Substring(source)
        while let start = Self.nextReference(in: rest) {
            result += Self.hidden(rest[..<start])
            let end = rest[start...].firstIndex(of: "}").map { rest.index(after: $0) } ?? rest.endIndex
            result += Self.withoutDefault(rest[start..<end])
            rest = rest[end...]
        }
        return result + Self.hidden(rest)
    }

    /// Where the next `${` stands that isn't written `$${`.
    private static func nextReference(in text: Substring) -> Substring.Index? {
        var rest = text
        while let found = rest.firstRange(of: "${") {
            if rest[..<found.lowerBound].last != "$" { return found.lowerBound }
            rest = rest[found.upperBound...]
        }
        return nil
    }

    private static func hidden(_ literal: Substring) -> String {
        if literal.isEmpty || Self.schemes.contains(String(literal)) { return String(literal) }
        return "***"
    }

    private static func withoutDefault(_ reference: Substring) -> String {
        guard !reference.hasPrefix("${file:"), let separator = reference.firstRange(of: ":-"),
            reference[separator.upperBound...] != "}"
        else { return String(reference) }
        return reference[..<separator.upperBound] + "***}"
    }
}
