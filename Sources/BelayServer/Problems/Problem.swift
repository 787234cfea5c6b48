import BelayJSON
import BelayRuntime
import HTTPTypes
import Hummingbird

/// An error as clients get it: problem details by RFC 9457.
struct Problem: Error {
    var status: HTTPResponse.Status
    /// Machine-readable, stable.
    var code: String
    var detail: String
    var parameter: String?
    var headers: HTTPFields = [:]
    /// Nobody knows whether the request was carried out.
    var mayHaveHappened = false
    /// What only the log gets.
    var cause: String?

    init(
        _ status: HTTPResponse.Status, code: String, _ detail: String, parameter: String? = nil,
        headers: HTTPFields = [:], cause: String? = nil
    ) {
        self.status = status
        self.code = code
        self.detail = detail
        self.parameter = parameter
        self.headers = headers
        self.cause = cause
    }

    init(_ error: RequestError) {
        self.init(
            Self.status(of: error.code), code: error.code.name, error.message, parameter: error.parameter,
            headers: error.code == .storeUnavailable ? [.retryAfter: "1"] : [:], cause: error.cause)
        self.mayHaveHappened = error.mayHaveHappened
    }

    /// For a key of a tenant where all tenants are concerned.
    static let notForTenants = Problem(
        .forbidden, code: "key_not_permitted",
        "This concerns all tenants, and your key is one of a tenant's. Keys of the tenant `default` may do it.")

    /// - Parameter limit: In bytes.
    static func bodyTooLarge(_ limit: Int) -> Problem {
        Problem(.contentTooLarge, code: "body_too_large", "The body is larger than \(limit) bytes.")
    }

    private static func status(of code: RequestError.Code) -> HTTPResponse.Status {
        switch code {
        case .agentUnknown, .executionNotFound, .waitNotFound, .sessionUnknown: .notFound
        case .taskTooLarge: .contentTooLarge
        case .waitClosed, .executionEnded, .sessionBusy: .conflict
        case .idempotencyConflict, .answerInvalid: .unprocessableContent
        case .tooManyExecutions: .tooManyRequests
        case .storeUnavailable: .serviceUnavailable
        case .storeFailed: .internalServerError
        default: .badRequest
        }
    }

    /// The problem as JSON.
    var bytes: [UInt8] {
        var body: JSON = [
            "type": .string("urn:belay:problem:\(self.code)"), "title": .string(self.status.reasonPhrase),
            "status": .int(Int64(self.status.code)), "code": .string(self.code), "detail": .string(self.detail),
        ]
        if let parameter { body["parameter"] = .string(parameter) }
        if self.mayHaveHappened { body["may_have_happened"] = true }
        return body.bytes()
    }

    var response: Response {
        var response = Response.json(self.bytes, status: self.status)
        response.headers[.contentType] = "application/problem+json"
        response.headers.append(contentsOf: self.headers)
        return response
    }
}
