import BelayCore
import BelayJSON

/// What the readers of all protocols collect and count while they read one request.
struct RequestContext: Sendable {
    let limits: IngressLimits
    /// Whose reasoning it is that the client sends back without a mark: no other may see it.
    private let reasoningOrigin: String
    let schemas: any SchemaChecking
    var passThrough: [PassThrough] = []
    private var attachments = 0

    init(limits: IngressLimits, reasoningOrigin: String, schemas: any SchemaChecking) {
        self.limits = limits
        self.schemas = schemas
        self.reasoningOrigin = reasoningOrigin
    }

    /// Reasoning that the client sends back: with the origin that is written on it, if there is one.
    func reasoning(_ text: String, signature: String?) -> Content {
        let known = signature.flatMap(Reasoning.unmarked)
        return .reasoning(
            Reasoning(
                text: text, signature: known?.signature ?? signature, origin: known?.origin ?? self.reasoningOrigin))
    }

    /// A part that is left out for other protocols.
    mutating func drop(_ field: Field?, _ reason: String) {
        guard let field else { return }
        self.passThrough.append(PassThrough(at: field.path, value: field.json, elsewhere: .leftOut(reason)))
    }

    /// A part without which a provider of another protocol can't answer.
    mutating func demand(_ field: Field?, _ reason: String) {
        guard let field else { return }
        self.passThrough.append(PassThrough(at: field.path, value: field.json, elsewhere: .refused(reason)))
    }

    mutating func countAttachment(at field: Field) throws(IngressProblem) {
        self.attachments += 1
        guard self.attachments <= self.limits.attachments else {
            throw field.problem(.tooLarge, "a request takes at most \(self.limits.attachments) images and files.")
        }
    }
}

extension RequestContext {
    /// Whether only a provider of the same protocol can answer.
    var problemIsElsewhere: Bool {
        self.passThrough.contains { if case .refused = $0.elsewhere { true } else { false } }
    }
}
