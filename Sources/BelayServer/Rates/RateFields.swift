import BelayIngress
import BelayResilience
import HTTPTypes
import Hummingbird

/// What headers tell of rates: `RateLimit-Policy` and `RateLimit` by draft-ietf-httpapi-ratelimit-headers-11, which are
/// lists of structured fields (RFC 9651).
enum RateFields {
    /// Of an answer: all limits that count its request, and what is left under them.
    static func fields(of grant: RateGrant?, _ executions: [RateStanding] = []) -> HTTPFields {
        Self.fields(of: (grant?.standings ?? []) + executions)
    }

    /// Of a refusal: the limit that is in the way.
    static func fields(of exceeded: RateExceeded) -> HTTPFields {
        var standing = exceeded.standing
        // One that can never pass leaves the others what they have.
        if let wait = exceeded.retryAfter {
            standing.taken = max(standing.taken, standing.capacity)
            standing.full = wait
        }
        return Self.fields(of: [standing])
    }

    private static func fields(of standings: [RateStanding]) -> HTTPFields {
        if standings.isEmpty { return [:] }
        return [
            .rateLimitPolicy: standings.map(Self.policy).joined(separator: ", "),
            .rateLimit: standings.map(Self.limit).joined(separator: ", "),
        ]
    }

    private static func policy(_ standing: RateStanding) -> String {
        var item = "\"\(Self.name(standing))\";q=\(standing.limit)"
        if let period = standing.period { item += ";w=\(Self.seconds(period))" }
        switch standing.dimension {
        case .requests: break
        case .tokens: item += ";qu=\"tokens\""
        case .sessions: item += ";qu=\"sessions\""
        case .concurrent: item += ";qu=\"concurrent-requests\""
        case .executions: item += ";qu=\"concurrent-executions\""
        }
        return item
    }

    private static func limit(_ standing: RateStanding) -> String {
        let item = "\"\(Self.name(standing))\";r=\(standing.remaining)"
        return standing.full > .zero ? "\(item);t=\(Self.seconds(standing.full))" : item
    }

    private static func name(_ standing: RateStanding) -> String { "\(standing.policy)-\(standing.dimension.rawValue)" }

    /// Whole seconds, rounded up: who comes back then finds what was promised.
    static func seconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return attoseconds > 0 ? seconds + 1 : seconds
    }
}

extension RateExceeded {
    /// For people.
    var words: String {
        let limit =
            switch self.standing.dimension {
            case .requests: "\(self.standing.limit) requests a minute"
            case .tokens: "\(self.standing.limit) tokens a minute"
            case .sessions: "\(self.standing.limit) new sessions an hour"
            case .concurrent: "\(self.standing.limit) requests at once"
            case .executions: "\(self.standing.limit) executions that have not ended"
            }
        let whose =
            switch self.scope {
            case .everything: "This server"
            case .user, .customer, .key, .agent, .tenant:
                self.subject.isEmpty ? "Every \(self.scope.rawValue)" : "The \(self.scope.rawValue) \(self.subject)"
            }
        let rule = "\(whose) may have \(limit) (rate `\(self.standing.policy)`)"
        guard let wait = self.retryAfter else {
            return "\(rule), and this request may take \(self.cost). Send less, or allow less output."
        }
        let state = self.standing.dimension == .executions ? "has them" : "has had them"
        return "\(rule), and \(state). Come back in \(max(1, RateFields.seconds(wait))) s."
    }
}

extension Problem {
    init(_ exceeded: RateExceeded) {
        self.init(.tooManyRequests, code: "rate_exceeded", exceeded.words)
        self.headers.append(contentsOf: RateFields.fields(of: exceeded))
        if let wait = exceeded.retryAfter { self.headers[.retryAfter] = String(max(1, RateFields.seconds(wait))) }
    }
}

extension IngressProtocol {
    /// A refusal in the vendor's form.
    func response(to exceeded: RateExceeded, requestID: String?) -> Response {
        let kind: IngressProblem.Kind = exceeded.standing.dimension == .tokens ? .tokensLimited : .rateLimited
        var problem = IngressProblem(kind, exceeded.words, retryAfter: exceeded.retryAfter)
        // Nothing comes of sending it again as it is.
        problem.wasTried = exceeded.retryAfter == nil
        var response = self.response(to: problem, requestID: requestID)
        response.headers.append(contentsOf: RateFields.fields(of: exceeded))
        return response
    }
}
