import BelayJSON

/// JSON whose strings are templates.
indirect enum JSONTemplate: Sendable, Equatable {
    case value(JSON)
    case text(Template)
    case array([JSONTemplate])
    case object([Member])

    struct Member: Sendable, Equatable {
        var key: String
        var value: JSONTemplate
    }

    var placeholders: [Placeholder] {
        switch self {
        case .value: []
        case .text(let template): template.placeholders
        case .array(let items): items.flatMap(\.placeholders)
        case .object(let members): members.flatMap(\.value.placeholders)
        }
    }

    func json(in scope: inout TemplateScope) -> JSON {
        switch self {
        case .value(let value):
            return value
        case .text(let template):
            return template.value(in: &scope)
        case .array(let items):
            var values: [JSON] = []
            for item in items { values.append(item.json(in: &scope)) }
            return .array(values)
        case .object(let members):
            var object = JSON.Object()
            for member in members { object[member.key] = .some(member.value.json(in: &scope)) }
            return .object(object)
        }
    }
}
