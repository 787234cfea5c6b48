import BelayCore
import BelayJSON

/// A tool that is an HTTP endpoint: which request a call becomes.
///
/// Texts may hold `{argument}` and `{idempotency_key}`. Values are encoded for the place they stand in, so that no
/// argument changes the host, the structure of the path, adds a query or a header.
public struct HTTPToolSpecification: Sendable, Hashable {
    /// What is sent as the body.
    public enum Body: Sendable, Hashable {
        case none
        /// The arguments that stand nowhere else in the request, as a JSON object.
        case json
        /// The arguments that stand nowhere else in the request, form-encoded; arrays and objects as JSON text.
        case form
        /// This JSON. A string that is just `{argument}` becomes that argument with its type, or is left out of its
        /// object if the call lacks it; elsewhere in a string it becomes text.
        case template(JSON)
    }

    public struct Request: Sendable, Hashable {
        /// In capitals.
        public var method: String
        /// Absolute, `http` or `https`; placeholders in the path and the query only.
        public var url: String
        /// Added to the URL's query, by name. An entry is left out if the call lacks an argument that it needs.
        public var query: [String: Secret]
        /// Left out like those of the query. What frames or routes a message can't be set:
        /// `Host`, `Content-Length`, `Transfer-Encoding`, `Connection`, `Upgrade`, `TE`, `Trailer`.
        public var headers: [String: Secret]
        public var body: Body

        /// - Parameter body: Default `json` for `POST`, `PUT` and `PATCH`, else `none`.
        public init(
            _ method: String = "GET", _ url: String, query: [String: Secret] = [:], headers: [String: Secret] = [:],
            body: Body? = nil
        ) {
            self.method = method
            self.url = url
            self.query = query
            self.headers = headers
            self.body = body ?? (["POST", "PUT", "PATCH"].contains(method) ? .json : .none)
        }
    }

    /// The call. With effects other than `readOnly` it carries an `Idempotency-Key`.
    public var call: Request
    /// Asks about a call in doubt: any 2xx says that it happened and has its result, 404 that it did not.
    public var probe: Request?
    /// Undoes a call: any 2xx says that it is undone, 404 or 410 that there is nothing to undo.
    public var compensation: Request?
    /// Larger answers are invalid. Default 1 MiB.
    public var maxResponseBytes: Int

    public init(
        call: Request, probe: Request? = nil, compensation: Request? = nil, maxResponseBytes: Int = 1 << 20
    ) {
        self.call = call
        self.probe = probe
        self.compensation = compensation
        self.maxResponseBytes = maxResponseBytes
    }
}
