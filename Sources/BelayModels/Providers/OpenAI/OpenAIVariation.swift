import BelayHTTP

/// How a service that speaks chat completions differs from OpenAI's own: data, so that one mapping serves all of them.
struct OpenAIVariation: Sendable, Hashable {
    /// Where the key goes: nil is `Authorization: Bearer`.
    var keyHeader: String?
    /// OpenAI itself has renamed fields that other servers still know by their old names.
    var maxTokensField = "max_tokens"
    /// Nil where the field is unknown, and a request with it refused.
    var userField: String? = "user"
    var takesSeed = true
    /// The field for the effort of reasoning has an object, not a word.
    var effortIsObject = false
    /// Efforts from this one on are sent as this one.
    var mostEffort = "max"
    /// Calls of tools carry a signature of the thought before them, and must be sent back with it.
    var signsToolCalls = false
    /// `usage.cost` is what the call cost.
    var reportsCost = false
    /// The completion tokens are without those of reasoning, which only the total has.
    var reasoningIsBesideCompletion = false
    /// Azure's old API: a model's deployment is a part of the URL, and the version of the API a parameter.
    var deployment: String?

    /// Efforts in order, as the services know them.
    private static let efforts = ["none", "minimal", "low", "medium", "high", "xhigh", "max"]

    init(_ settings: ProviderSettings) {
        switch settings.kind {
        case .azure:
            self.keyHeader = "api-key"
            self.maxTokensField = "max_completion_tokens"
            if !settings.root.hasSuffix("/v1") { self.deployment = settings.apiVersion }
        case .openRouter:
            self.effortIsObject = true
            self.mostEffort = "xhigh"
            self.reportsCost = true
        case .gemini:
            // Fields that it doesn't know are errors.
            self.userField = nil
            self.takesSeed = false
            self.mostEffort = "high"
            self.signsToolCalls = true
            self.reasoningIsBesideCompletion = true
        case .openAI, .openAIResponses, .anthropic:
            guard settings.isVendor else { break }
            self.maxTokensField = "max_completion_tokens"
            self.userField = "safety_identifier"
        }
    }

    func effort(_ word: String) -> String {
        guard let index = Self.efforts.firstIndex(of: word), let most = Self.efforts.firstIndex(of: self.mostEffort)
        else { return word }
        return Self.efforts[min(index, most)]
    }

    /// - Parameter path: Such as `/chat/completions`.
    func url(_ root: String, _ path: String, model: String) -> String {
        guard let version = self.deployment else { return root + path }
        // Azure shows its base URL in both forms.
        let root = root.hasSuffix("/openai") ? String(root.dropLast("/openai".count)) : root
        return "\(root)/openai/deployments/\(Self.escaped(model))\(path)?api-version=\(Self.escaped(version))"
    }

    /// RFC 3986, section 2.3: everything but what is unreserved is escaped.
    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                escaped += "%" + (digits.count == 1 ? "0" : "") + digits
            }
        }
        return escaped
    }

    /// The headers of every request.
    func headers(_ settings: ProviderSettings, accepting type: String) -> HTTPHeaderFields {
        var headers: HTTPHeaderFields = ["content-type": "application/json", "accept": type]
        if let key = settings.key {
            headers[self.keyHeader ?? "authorization"] = self.keyHeader == nil ? "Bearer \(key.reveal())" : key.reveal()
        }
        for (name, value) in settings.headers { headers[name] = value.reveal() }
        return headers
    }
}
