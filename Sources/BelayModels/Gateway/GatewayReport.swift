import BelayCore
import BelayResilience

/// What happens inside a gateway, for logs, metrics and alerts. Holds no prompt, no answer and no key.
public enum GatewayReport: Sendable {
    /// `endpoint` is the name of one of several, here and below; nil when the provider has one only.
    case attemptSucceeded(ModelPath, endpoint: String?, duration: Duration, usage: Usage, cost: Cost)
    /// Also for a path that was passed over: its failure is `circuitOpen`, `throttled`, or
    /// `authentication` or `quotaExhausted` without a status.
    case attemptFailed(ModelAttempt)
    /// The caller left. What was used until then is billed all the same: the cost is an estimate, `usage` what was reported.
    case attemptCancelled(ModelPath, endpoint: String?, usage: Usage?, cost: Cost?)
    /// What a provider reported of an attempt's usage can't be, or is missing: the cost may be an estimate. After the report
    /// of how the attempt ended.
    case usageAnomalies(ModelPath, endpoint: String?, Set<UsageAnomaly>)
    /// The same path is tried again after a wait.
    case retrying(ModelPath, after: Duration)
    /// A second attempt was sent beside one that had put nothing out for that long.
    case hedged(ModelPath, endpoint: String?, after: Duration)
    /// The second attempt was the faster one.
    case hedgeWon(ModelPath, endpoint: String?)
    case fellBack(from: ModelPath, to: ModelPath)
    /// A circuit that opened deserves an alert.
    case circuitChanged(ModelPath, endpoint: String?, from: CircuitState, to: CircuitState)
    /// A provider refused its key (`authentication`), or the key's quota is used up (`quotaExhausted`): it is not used for
    /// that time. Deserves an alert.
    case keyRefused(provider: String, endpoint: String?, because: ModelFailure.Kind, quarantine: Duration)
    /// A provider said that it gets too many requests: `limit` attempts at once from now on, none for `pause`.
    case limitCut(ModelPath, endpoint: String?, limit: Int, pause: Duration?)
    /// It takes as many at once again as are configured.
    case limitRestored(ModelPath, endpoint: String?)
    /// An earlier answer stood in.
    case answeredFromCache(route: String)
    /// Whether an answer was the value that was asked for: an outcome of its path.
    case outputJudged(ModelPath, task: String, isValid: Bool)
    /// Answers could not be shared with other nodes, or theirs not be read.
    case sharedCacheFailed(reason: String)
    /// A semantic cache could not be searched, since nobody said what the question means.
    case embeddingFailed(route: String, reason: String)
    /// What the cache had to do with an answer, on a route where it may.
    case cacheUsed(CacheUse, route: String)
    /// Why a call tries a path first, on a route whose order isn't fixed.
    case pathChosen(RoutingDecision, route: String)
    /// Calls of this task are right much less often on this path than they were: learned routes send them elsewhere, but
    /// for a few that look after it. Deserves an alert.
    case pathSuspended(ModelPath, task: String)
    /// The path is right as often as before.
    case pathRestored(ModelPath, task: String)
    /// Outcomes could not be kept, and are tried again.
    case outcomesDelayed(count: Int, reason: String)
    /// Outcomes were given up because too many waited to be kept.
    case outcomesDropped(count: Int)
    /// Answers stay without a judgement because too many waited for a model or a tool to judge them.
    case judgementsDropped(count: Int)
    /// A model or a tool that judges gave no judgement.
    case judgementFailed(task: String, reason: String)
    /// The answer of a tool that judges told its cost in a way that can't be, or didn't.
    case judgeCostAnomaly(tool: String, ToolCostAnomaly)
    case callAnswered(route: String, duration: Duration)
    case callFailed(route: String, ModelFailure, duration: Duration)
}
