import BelayJSON

/// Text with placeholders: `Order {{capture.order}} is {{result.status | default "unknown"}}.`
struct Template: Sendable, Equatable {
    enum Segment: Sendable, Equatable {
        case literal(String)
        case placeholder(Placeholder)
    }

    let segments: [Segment]

    /// - Throws: `TemplateError` for a placeholder that is not closed, empty, of an unknown root or with an unknown filter.
    init(_ source: String) throws(TemplateError) {
        var segments: [Segment] = []
        var rest = source[...]
        while let open = rest.firstRange(of: "{{") {
            if open.lowerBound > rest.startIndex { segments.append(.literal(String(rest[..<open.lowerBound]))) }
            guard let close = rest[open.upperBound...].firstRange(of: "}}") else {
                throw TemplateError(reason: "a placeholder is not closed: '\(rest[open.lowerBound...].prefix(30))'")
            }
            segments.append(.placeholder(try Placeholder(String(rest[open.upperBound..<close.lowerBound]))))
            rest = rest[close.upperBound...]
        }
        if !rest.isEmpty { segments.append(.literal(String(rest))) }
        self.segments = segments
    }

    /// Text that is taken as it is, whatever it contains.
    init(literal: String) { self.segments = [.literal(literal)] }

    var placeholders: [Placeholder] {
        self.segments.compactMap { if case .placeholder(let placeholder) = $0 { placeholder } else { nil } }
    }

    /// The text with every placeholder filled in. One without a value and without a default says so in the text:
    /// an empty hole would look like a model's answer.
    func text(in scope: inout TemplateScope) -> String {
        var text = ""
        for segment in self.segments {
            switch segment {
            case .literal(let literal): text += literal
            case .placeholder(let placeholder): text += Self.text(of: placeholder.value(in: &scope))
            }
        }
        return text
    }

    /// The value of a template that is one placeholder and nothing else, which keeps its type; else the text.
    func value(in scope: inout TemplateScope) -> JSON {
        if self.segments.count == 1, case .placeholder(let placeholder) = self.segments[0] {
            return placeholder.value(in: &scope)
        }
        return .string(self.text(in: &scope))
    }

    private static func text(of value: JSON) -> String { value.stringValue ?? value.serialized() }
}

/// What is wrong with a template.
struct TemplateError: Error, Equatable {
    var reason: String
    var suggestion: String?
}
