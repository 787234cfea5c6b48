import BelayIngress
import BelayJSON
import BelayModels

/// The models behind the OpenAI- and Anthropic-compatible routes.
public struct ModelAccess: Sendable {
    public var gateway: Gateway
    /// By which names clients ask for them.
    public var names: ModelNames
    /// Bytes of a request's body, which may hold images. Default 16 MiB.
    public var maxBodyBytes: Int
    /// Bytes of one image or file that a request holds, decoded. Default 10 MiB.
    public var maxAttachmentBytes: Int
    /// How long a client waits for an agent at most; the execution goes on all the same. Default 10 min.
    public var agentPatience: Duration
    /// How long a client waits for an agent whose models don't answer; the execution goes on all the same. Default 30 s.
    public var outagePatience: Duration
    /// Tools come with the same schemas again and again.
    let schemas = RememberedSchemas()
    /// Requests come again when their answer was lost on the way.
    let kept: KeptAnswers
    let clock: any Clock<Duration>

    /// - Parameter clock: For the lifetimes of kept answers, and for the patience with agents.
    public init(
        gateway: Gateway, names: ModelNames, maxBodyBytes: Int = 16 << 20, maxAttachmentBytes: Int = 10 << 20,
        agentPatience: Duration = .seconds(600), outagePatience: Duration = .seconds(30),
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.outagePatience = outagePatience
        self.agentPatience = agentPatience
        self.clock = clock
        self.kept = KeptAnswers(clock: clock)
        self.gateway = gateway
        self.names = names
        self.maxBodyBytes = maxBodyBytes
        self.maxAttachmentBytes = maxAttachmentBytes
    }

    var limits: IngressLimits {
        IngressLimits(
            // A provider that gets the client's own bytes may take the other value of a repeated key, which nobody checked.
            body: JSON.Limits(depth: 128, bytes: self.maxBodyBytes, allowsRepeatedKeys: false),
            attachmentBytes: self.maxAttachmentBytes)
    }

    /// The route, or PROVIDER/MODEL, that a name stands for.
    ///
    /// - Throws: `IngressProblem` for names that stand for nothing, and for agents, which are no models.
    func route(of name: String) throws(IngressProblem) -> String {
        switch self.names.target(of: name) {
        case .route(let route)?: return route
        case .path(let path)?: return path.description
        case .agent?:
            throw IngressProblem(
                .unsupported, at: ParameterPath("model"), "an agent can't be asked for this, only models can.")
        case nil: throw self.unknown(name)
        }
    }

    func unknown(_ name: String) -> IngressProblem {
        IngressProblem(
            .modelNotFound, at: ParameterPath("model"),
            "there is no model \(name.prefix(100)); GET /v1/models lists what there is.")
    }
}
