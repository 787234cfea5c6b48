import BelayCore
import BelayLedger
import BelayModels

/// What `belay.yaml` says, read and checked: every name that it uses exists, every value is within its range.
///
/// The file is described key by key in `docs/configuration.md`; `Configuration.jsonSchema` describes it to editors.
public struct Configuration: Sendable, Hashable {
    public var server: Server
    public var store: Store
    /// In the order of the file, as all lists here.
    public var providers: [Provider]
    public var routes: [Route]
    /// Names by which clients of the gateway may ask for models, each with what it stands for: `route/NAME`, `agent/NAME` or
    /// PROVIDER/MODEL. One `*` in a name stands for any text, which takes the place of a `*` in what it stands for.
    public var models: [String: String]
    /// A file of prices, relative to the folder; nil for none.
    public var pricesFile: String?
    /// Default: $5.00 a customer a day.
    public var budgets: [Budget]
    /// How often clients may ask; default none.
    public var rates: [Rate]
    public var alerts: Alerts
    public var tasks: [Task]
    public var tools: [Tool]
    public var agents: [Agent]
    public var runtime: Runtime
    public var messages: UserMessages
    /// The folder of the file. The paths in it are relative to this one.
    public var folder: String
    /// What the file of prices says, by provider and model.
    var filedPrices: [String: [String: Price]] = [:]
    /// What was found in the file beside its meaning.
    var remarks = Remarks()

    public init(
        server: Server = Server(), store: Store = Store(), providers: [Provider] = [], routes: [Route] = [],
        models: [String: String] = [:], budgets: [Budget] = [.customerDay],
        rates: [Rate] = [], alerts: Alerts = Alerts(), tasks: [Task] = [], tools: [Tool] = [],
        agents: [Agent] = [],
        runtime: Runtime = Runtime(),
        messages: UserMessages = UserMessages(),
        folder: String = "."
    ) {
        self.server = server
        self.store = store
        self.providers = providers
        self.routes = routes
        self.models = models
        self.budgets = budgets
        self.rates = rates
        self.alerts = alerts
        self.tasks = tasks
        self.tools = tools
        self.agents = agents
        self.runtime = runtime
        self.messages = messages
        self.folder = folder
    }

    static let section = Section<Configuration>(
        "The file as a whole.", make: { Configuration() },
        keys: [
            Key("server", \.server, .section(Server.section), "Where the HTTP API listens and who may use it."),
            Key("store", \.store, .section(Store.section), "Where executions are kept."),
            Key(
                "providers", \.providers, .named(Provider.section, \.name), default: "none",
                "The services that run models, by name."),
            Key(
                "routes", \.routes, .named(Route.section, \.name), default: "none",
                "Ways to an answer, by name. An agent without a route takes `default`."),
            Key(
                "models", \.models, .mapping(of: .modelTarget, named: "mapping of names to models"), default: "none",
                "Names by which clients of the gateway may ask for models: each stands for `route/NAME`, "
                    + "`agent/NAME` or PROVIDER/MODEL. One `*` in a name stands for any text, which takes the place of "
                    + "a `*` in what it stands for. Routes, agents and PROVIDER/MODEL can be asked for without being "
                    + "named here."),
            Key(
                "prices_file", optional: \.pricesFile, .nonEmptyText, default: "none",
                "A YAML or JSON file with what models cost: a mapping of providers of this file, each with its models as "
                    + "under `prices`. It goes before the built-in lists, and `prices` of a provider before it."),
            Key(
                "budgets", \.budgets, .named(Budget.section, \.name, maximum: 64),
                default: "`customer-day`: `$5.00` a customer a day",
                "How much may be spent, by name; all of them hold at once. Who writes any replaces the default; `{}` is none. "
                    + "What is spent is kept under the name: another name begins at nothing."),
            Key("alerts", \.alerts, .section(Alerts.section), "What is told of spending, and from which amount on."),
            Key(
                "rates", \.rates, .named(Rate.section, \.name, maximum: 16), default: "none",
                "How often clients of `belay serve` may ask, by name; all of them hold at once."),
            Key(
                "tasks", \.tasks, .named(Task.section, \.name), default: "none",
                "What model calls are for, by the name that calls give, and what tells whether an answer did it. An "
                    + "agent's calls have its name as their task; others their route's, unless they name one."),
            Key(
                "tools", \.tools, .named(Tool.section, \.name), default: "none",
                "What agents can do, by the name that the model sees."),
            Key("agents", \.agents, .named(Agent.section, \.name), default: "none", "The agents, by name."),
            Key("runtime", \.runtime, .section(Runtime.section), "How this node works."),
            Key("messages", \.messages, .section(UserMessages.section), "What users are told when no model answered."),
        ])
}
