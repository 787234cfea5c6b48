import BelayCore
import BelayHTTP
import BelayJSON

/// A request of a specification, read once and filled for each call.
struct HTTPRequestTemplate: Sendable {
    /// Why a specification can't be used.
    struct Invalid: Error {
        var reason: String
    }

    private let method: String
    private let url: URLTemplate
    private let query: [(name: String, value: TextTemplate)]
    private let headers: [(name: String, value: TextTemplate)]
    private let body: HTTPToolSpecification.Body

    /// - Parameter known: The names of the arguments; nil if the schema doesn't list them.
    init(_ request: HTTPToolSpecification.Request, known: Set<String>?) throws(Invalid) {
        guard HeaderRule.acceptsName(request.method), request.method == request.method.uppercased() else {
            throw Invalid(reason: "\"\(request.method)\" is no HTTP method")
        }
        self.method = request.method
        do {
            self.url = try URLTemplate(request.url)
        } catch {
            throw Invalid(reason: error.reason)
        }
        self.query = request.query.sorted { $0.key < $1.key }.map { ($0.key, TextTemplate($0.value.reveal())) }
        self.headers = request.headers.sorted { $0.key < $1.key }.map { ($0.key, TextTemplate($0.value.reveal())) }
        self.body = request.body
        for (name, value) in request.headers {
            guard HeaderRule.acceptsName(name), !HeaderRule.reserved.contains(name.lowercased()) else {
                throw Invalid(reason: "the header \"\(name)\" can't be set")
            }
            guard HeaderRule.acceptsValue(value.reveal()) else {
                throw Invalid(reason: "the value of the header \"\(name)\" has characters that no header may have")
            }
        }
        let used = self.placed.union(Self.names(in: request.body)).subtracting([ArgumentValues.idempotencyKey])
        if let known, let unknown = used.subtracting(known).min() {
            throw Invalid(reason: "{\(unknown)} is none of its arguments: \(known.sorted().joined(separator: ", "))")
        }
    }

    /// - Parameter sendsKey: Whether the call's key goes along as `Idempotency-Key`.
    /// - Throws: `ToolFailure` for arguments that can't be put where the template wants them: nothing was sent.
    func filled(for invocation: ToolInvocation, sendsKey: Bool) throws(ToolFailure) -> HTTPRequest {
        let values = ArgumentValues(arguments: invocation.arguments, idempotencyKey: invocation.idempotencyKey)
        var request = HTTPRequest(method: self.method, url: try self.url.filled(from: values))
        let items = self.filledQuery(from: values)
        if !items.isEmpty { request.url += "?" + items.joined(separator: "&") }
        if sendsKey { request.headers["Idempotency-Key"] = invocation.idempotencyKey }
        request.headers["Accept"] = "application/json, text/*;q=0.9, */*;q=0.1"
        let (bytes, mediaType) = self.filledBody(from: values)
        request.body = bytes
        request.headers["Content-Type"] = mediaType
        for (name, template) in self.headers {
            guard let value = template.filled(from: values) else { continue }
            guard HeaderRule.acceptsValue(value) else {
                let names = template.arguments.joined(separator: ", ")
                throw ToolFailure(
                    .invalidArguments, "\(names) has characters that can't be sent in a header, such as line breaks.")
            }
            request.headers[name] = value
        }
        return request
    }

    /// The arguments that stand outside the body.
    private var placed: Set<String> {
        Set(self.url.arguments + self.query.flatMap(\.value.arguments) + self.headers.flatMap(\.value.arguments))
    }

    private func filledQuery(from values: ArgumentValues) -> [String] {
        let fixed = self.url.query.compactMap { item in
            item.value.filled(from: values, encode: \.percentEncoded).map { "\(item.name)=\($0)" }
        }
        // These values come from a dictionary, not from a URL: all of them is encoded.
        return fixed
            + self.query.compactMap { item in
                item.value.filled(from: values).map { "\(item.name.percentEncoded)=\($0.percentEncoded)" }
            }
    }

    private func filledBody(from values: ArgumentValues) -> (bytes: [UInt8], mediaType: String?) {
        switch self.body {
        case .none:
            return ([], nil)
        case .json:
            return (JSON.object(self.unplaced(values)).bytes(), "application/json")
        case .form:
            let pairs = self.unplaced(values).compactMap { member -> String? in
                if member.value.isNull { return nil }
                let text = member.value.stringValue ?? member.value.serialized()
                return "\(member.key.percentEncoded)=\(text.percentEncoded)"
            }
            return (Array(pairs.joined(separator: "&").utf8), "application/x-www-form-urlencoded")
        case .template(let template):
            return ((Self.fill(template, from: values) ?? .null).bytes(), "application/json")
        }
    }

    private func unplaced(_ values: ArgumentValues) -> JSON.Object {
        var members = values.arguments.objectValue ?? [:]
        for name in self.placed { members[name] = nil }
        return members
    }

    /// - Returns: nil for a placeholder whose argument is missing.
    private static func fill(_ template: JSON, from values: ArgumentValues) -> JSON? {
        switch template {
        case .string(let text):
            let template = TextTemplate(text)
            if let name = template.soleArgument { return values.value(of: name) }
            return template.filled(from: values).map { .string($0) }
        case .array(let elements):
            return .array(elements.compactMap { Self.fill($0, from: values) })
        case .object(let object):
            return .object(
                JSON.Object(
                    object.compactMap { member in Self.fill(member.value, from: values).map { (member.key, $0) } }))
        default:
            return template
        }
    }

    private static func names(in body: HTTPToolSpecification.Body) -> Set<String> {
        guard case .template(let template) = body else { return [] }
        return self.names(in: template)
    }

    private static func names(in template: JSON) -> Set<String> {
        switch template {
        case .string(let text): Set(TextTemplate(text).arguments)
        case .array(let elements): elements.reduce(into: []) { $0.formUnion(self.names(in: $1)) }
        case .object(let object): object.reduce(into: []) { $0.formUnion(self.names(in: $1.value)) }
        default: []
        }
    }
}
