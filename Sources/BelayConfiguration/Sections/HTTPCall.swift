import BelayCore
import BelayJSON
import BelayTools

extension Configuration {
    /// An HTTP request with places for arguments.
    public struct HTTPCall: Sendable, Hashable {
        public enum Method: String, Sendable, Hashable, CaseIterable {
            case get = "GET"
            case post = "POST"
            case put = "PUT"
            case patch = "PATCH"
            case delete = "DELETE"
        }

        /// What is sent after the headers.
        public enum Body: Sendable, Hashable {
            /// A JSON object of all arguments that stand neither in the URL nor in the query.
            case json
            /// The same as `application/x-www-form-urlencoded`.
            case form
            case none
            /// A JSON value whose texts hold placeholders.
            case template(JSON)
        }

        /// Default GET.
        public var method: Method
        /// Absolute; `{argument}` in its path or query stands for the percent-encoded argument.
        public var url: String
        /// Values may hold placeholders.
        public var headers: [String: Secret]
        /// Values may hold placeholders.
        public var query: [String: Secret]
        /// nil is `json` for POST, PUT and PATCH, and `none` for GET and DELETE.
        public var body: Body?

        public init(
            method: Method = .get, url: String, headers: [String: Secret] = [:], query: [String: Secret] = [:],
            body: Body? = nil
        ) {
            self.method = method
            self.url = url
            self.headers = headers
            self.query = query
            self.body = body
        }

        /// `body` or the default of the method.
        public var effectiveBody: Body {
            if let body = self.body { return body }
            switch self.method {
            case .get, .delete: return .none
            case .post, .put, .patch: return .json
            }
        }

        static let section = Section<HTTPCall>(
            "An HTTP request. `{argument}` in the URL, a query value, a header value or a text of a body template "
                + "stands for an argument of the call, `{idempotency_key}` for the key of the call; a value that "
                + "consists of one placeholder keeps the argument's type in a body template. "
                + "In the URL arguments are percent-encoded, and they may not stand in its host.",
            make: { HTTPCall(url: "") },
            keys: [
                Key("method", \.method, .word, "The method."),
                Key("url", \.url, .urlTemplate, required: true, "The URL."),
                Key("headers", \.headers, .headers, "Further headers."),
                Key(
                    "query", \.query, .mapping(of: .secret, named: "mapping of names to texts", maximum: 100),
                    "Parameters added to the URL's query."),
                Key(
                    "body", optional: \.body, .body, default: "`json` for POST, PUT and PATCH, else `none`",
                    "`json`: all arguments that stand neither in the URL nor in the query as a JSON object; `form`: "
                        + "the same as a form; `none`; or a mapping that is sent as JSON with its placeholders filled."
                ),
            ])
    }
}

extension Kind where Value == String {
    /// An absolute URL whose path and query may hold placeholders.
    fileprivate static let urlTemplate = Kind(
        "URL template that begins with http:// or https://", schema: ["type": "string"]
    ) { node, reader in
        guard case .scalar(let scalar) = node.value, URLText.isAbsolute(TextTemplate(scalar.text).filled(with: "x"))
        else {
            reader.expected("a URL template that begins with http:// or https://", at: node)
            return nil
        }
        let authority = scalar.text.firstRange(of: "://").map {
            scalar.text[$0.upperBound...].prefix { !"/?#".contains($0) }
        }
        if let authority, authority.contains("{") {
            reader.report(
                "an argument must not decide the host of the URL; placeholders may stand in its path and query",
                at: node)
            return nil
        }
        if let authority, authority.contains("@") {
            reader.report(
                "a URL has no place for a user name or password; put them into an 'authorization' header", at: node)
            return nil
        }
        if scalar.text.contains("#") || !scalar.text.allSatisfy(\.isASCII) {
            reader.report("a URL has only ASCII characters and no fragment ('#'); write others as %XX", at: node)
            return nil
        }
        return scalar.text
    } render: {
        .string(URLText.redacted($0))
    }
}

extension Kind where Value == Configuration.HTTPCall.Body {
    fileprivate static let body = Kind(
        "`json`, `form`, `none` or a mapping",
        schema: ["anyOf": [["enum": ["json", "form", "none"]], ["type": "object"]]]
    ) { node, reader in
        switch node.value {
        case .mapping: return node.json.map(Value.template)
        case .scalar(let scalar) where scalar.text == "json": return .json
        case .scalar(let scalar) where scalar.text == "form": return .form
        case .scalar(let scalar) where scalar.text == "none": return Value.none
        default:
            reader.expected("'json', 'form', 'none' or a mapping", at: node)
            return nil
        }
    } render: { body in
        switch body {
        case .json: "json"
        case .form: "form"
        case .none: "none"
        case .template(let template): template
        }
    }
}
