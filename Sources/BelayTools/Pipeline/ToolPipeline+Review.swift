import BelayCore
import BelayJSON

extension ToolPipeline {
    /// A model's arguments, in bytes.
    private static let maxArgumentBytes = 1 << 20

    /// Passes a call through the stations before the dispatch.
    ///
    /// - Parameters:
    ///   - call: As the model wrote it; after an approval with edited arguments, with those.
    ///   - user: For whom the agent works.
    ///   - consent: The digest of the arguments that a person approved. The call is ready if it has exactly these, and
    ///     asks again if not. Its place under the rate limit was taken when it first asked, so it isn't taken again.
    package func review(_ call: ToolCall, user: User, consent: String? = nil) -> ToolReview {
        guard let equipped = self.tool(call.name) else { return self.deny(call, self.unknown(call.name)) }
        let tool = equipped.registered
        let reviewed: ReviewedCall
        do {
            reviewed = try Self.read(call, by: tool)
        } catch {
            return self.deny(call, error)
        }
        if consent == nil, let wait = equipped.station.limit() {
            let failure = ToolFailure(
                .rateLimited, "\(call.name) is called too often; the next call may be made in \(wait.inWords).")
            return self.deny(call, failure, retryAfter: wait)
        }
        guard let reason = tool.descriptor.approval.reason(for: reviewed.arguments), consent != reviewed.digest else {
            return .ready(reviewed)
        }
        let request = ApprovalRequest(
            reason: reason, descriptor: tool.descriptor, arguments: reviewed.arguments, user: user)
        return .needsApproval(request, reviewed)
    }

    private func deny(_ call: ToolCall, _ failure: ToolFailure, retryAfter: Duration? = nil) -> ToolReview {
        // A name that a model made up must not become the label of a counter.
        let tool = self.tool(call.name) == nil ? "unknown" : call.name
        self.report(.refused(tool: tool, failure.kind))
        return .denied(failure, retryAfter: retryAfter)
    }

    private static func read(_ call: ToolCall, by tool: RegisteredTool) throws(ToolFailure) -> ReviewedCall {
        let (arguments, repairs) = try Self.parse(call, effect: tool.descriptor.effect)
        let violations = tool.parameters.validate(arguments)
        guard violations.isEmpty else {
            let list = violations.prefix(10).map { "\($0)" }.joined(separator: "; ")
            let more = violations.count > 10 ? "; and \(violations.count - 10) more" : ""
            throw ToolFailure(
                .invalidArguments,
                "The arguments of \(call.name) don't fit its schema: \(list)\(more). Nothing was done.")
        }
        return ReviewedCall(
            tool: call.name, arguments: arguments, digest: Digest.sha256(arguments), repairs: repairs)
    }

    /// Strictly first. What a model wrote slightly wrong is mended, but never guessed where it matters: arguments that
    /// were cut off are only taken for a tool that changes nothing.
    private static func parse(
        _ call: ToolCall, effect: ToolEffect
    ) throws(ToolFailure) -> (arguments: JSON, repairs: [String]) {
        let text = call.arguments
        guard text.utf8.count <= Self.maxArgumentBytes else {
            throw ToolFailure(
                .invalidArguments, "The arguments of \(call.name) are longer than 1 MiB. Nothing was done.")
        }
        // How several models write "no arguments".
        if text.allSatisfy(\.isWhitespace) { return ([:], []) }
        do {
            return (try JSON.parse(text), [])
        } catch {
            guard let repaired = JSONRepair.repair(text), effect == .readOnly || !repaired.isTruncated else {
                let message = "The arguments of \(call.name) are not valid JSON (\(error.reason), line \(error.line), "
                throw ToolFailure(
                    .invalidArguments,
                    message + "column \(error.column)). Nothing was done; call again with all of them.")
            }
            return (repaired.value, repaired.repairs.map(\.kind.rawValue))
        }
    }
}
