import BelayCore
import BelayIngress
import BelayJSON
import HTTPTypes

/// What a client says about its request in headers: what it is for, for whom, and how much depends on it.
struct CallHeaders: Sendable, Hashable {
    /// The longest value, in characters.
    private static let longest = 128

    var task: String?
    var user: String?
    var customer: String?
    var session: String?
    var isCritical: Bool
    /// The client's name for this very request; 1 to 255 characters.
    var idempotencyKey: String?
    /// The same as no other client can say it: two who choose one name mean two requests.
    var ownKey: String?

    /// - Throws: `IngressProblem` or `Problem`, which name the header that is wrong.
    init(of request: ServerRequest) throws {
        try Self.refuseUnknown(in: request)
        self.task = try Self.value(.belayTask, of: request)
        self.user = try Self.value(.belayUser, of: request)
        self.customer = try Self.value(.belayCustomer, of: request)
        self.session = try Self.value(.belaySession, of: request)
        let stakes = try request.header(.belayCriticality)
        guard stakes.map({ ["normal", "critical"].contains($0) }) ?? true else {
            throw IngressProblem(.badValue, "The header X-Belay-Criticality has to be `normal` or `critical`.")
        }
        self.isCritical = stakes == "critical"
        self.idempotencyKey = try request.idempotencyKey
        self.ownKey = self.idempotencyKey.map { "\(request.client.key ?? "") \($0)" }
    }

    /// Refuses what Belay would ignore: whoever misspells a header of its believes that it counts.
    ///
    /// - Throws: `IngressProblem`, which names the header and the nearest one that there is.
    static func refuseUnknown(in request: ServerRequest) throws(IngressProblem) {
        for name in request.headers.map(\.name) where name.canonicalName.hasPrefix("x-belay-") {
            if HTTPField.Name.belayOfRequests.contains(name) { continue }
            let shown = String(name.rawName.prefix(100))
            if HTTPField.Name.belayOfAnswers.contains(name) {
                throw IngressProblem(
                    .unknown, "\(shown) is a header of answers and has no meaning in a request. Leave it out.")
            }
            let known = HTTPField.Name.belayOfRequests.map(\.rawName)
            let hint = Suggestion.nearest(to: shown, among: known).map { " Did you mean \($0)?" } ?? ""
            throw IngressProblem(
                .unknown, "\(shown) is not a header of Belay.\(hint) Known: \(known.joined(separator: ", ")).")
        }
    }

    private static func value(_ name: HTTPField.Name, of request: ServerRequest) throws -> String? {
        guard let text = try request.header(name) else { return nil }
        // Bytes above ASCII have no agreed meaning in a header.
        guard (1...Self.longest).contains(text.utf8.count), text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw IngressProblem(
                .badValue,
                "The header \(name.rawName) has to have 1 to \(Self.longest) characters, all of them printable ASCII.")
        }
        return text
    }

    /// What makes two requests with the same key the same.
    ///
    /// - Parameter operation: Which of the endpoints the body was sent to.
    func digest(of body: [UInt8], to operation: String) -> String {
        let parts = [operation, self.task, self.user, self.customer, self.session, self.isCritical ? "critical" : nil]
        return Digest.sha256(Array(parts.map { "\($0 ?? "")\n" }.joined().utf8) + body)
    }

    /// For whom a model call is made.
    ///
    /// - Parameter endUser: What the body says of it, which counts where no header does.
    func caller(endUser: String?) -> ModelCaller {
        ModelCaller(
            user: self.user ?? endUser.flatMap(Self.subject), customer: self.customer, session: self.session)
    }

    /// Nobody escapes a count by a long name: of one that is longer than a header may be its digest counts.
    private static func subject(_ name: String) -> String? {
        guard name.utf8.count > Self.longest else { return name.isEmpty ? nil : name }
        return "sha256:" + Digest.sha256(Array(name.utf8))
    }

    static let parameters: [Endpoint.Parameter] = [
        Self.parameter("X-Belay-Task", "What the call is for; outcomes are compared within a task."),
        Self.parameter("X-Belay-User", "On whose behalf it is made."),
        Self.parameter("X-Belay-Customer", "The paying customer."),
        Self.parameter("X-Belay-Session", "The conversation that it belongs to; an agent keeps its history."),
        .header(
            "X-Belay-Criticality",
            "`critical`: fail rather than answer with less than was asked for. Default `normal`."),
        .idempotencyKey,
    ]

    private static func parameter(_ name: String, _ description: String) -> Endpoint.Parameter {
        .init(
            name: name, place: "header",
            schema: [
                "type": "string", "minLength": 1, "maxLength": JSON(Self.longest), "pattern": "^[ -~]+$",
            ], description: description)
    }
}
