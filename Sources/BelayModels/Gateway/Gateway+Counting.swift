import BelayCore
import BelayHTTP
import BelayJSON
import BelayResilience

extension Gateway {
    /// Counts the tokens of a request's input: by the first provider of the route that can count what the client wrote,
    /// else by an estimate. Each is asked once; one that can't be reached is no reason to go without a figure.
    ///
    /// - Throws: `ModelCallFailure` when the route doesn't exist, or a provider says that the request is wrong;
    ///   `CancellationError`.
    public func countTokens(of call: ModelCall) async throws -> TokenCount {
        for path in try self.paths(of: call.route) {
            let lane = self.lane(of: path)
            guard let message = lane.runner.provider.countRequest(for: call.request, model: path.model),
                lane.obstacle(model: path.model) == nil
            else { continue }
            do {
                let tokens = try await lane.admit(model: path.model, atMost: .seconds(1)) {
                    try await lane.runner.count(message, atMost: lane.settings.timeouts.responseHeaders ?? .seconds(60))
                }
                return TokenCount(tokens: tokens, path: path)
            } catch let failure as ModelFailure {
                let attempt = ModelAttempt(path: path, number: 1, failure: failure, duration: .zero)
                self.report(.attemptFailed(attempt))
                guard failure.kind == .badRequest else { continue }
                throw ModelCallFailure(
                    failure: failure, attempts: [attempt],
                    userMessage: self.options.userMessages.message(for: failure.kind))
            }
        }
        return TokenCount(estimating: call.request)
    }
}

extension AttemptRunner {
    /// - Throws: `ModelFailure`, `CancellationError`.
    func count(_ message: HTTPRequest, atMost limit: Duration) async throws -> Int {
        do {
            return try await withDeadline(limit, clock: self.timekeeper) {
                let response = try await self.transport.send(message)
                guard (200...299).contains(response.status) else { throw try await self.failure(of: response) }
                let body = try await response.body.collect(upTo: 64 << 10)
                guard let tokens = try? JSON.parse(body)["input_tokens"]?.intValue else {
                    throw ModelFailure(.malformedResponse, message: "the answer has no count")
                }
                return tokens
            }
        } catch {
            throw Self.failure(for: error, usage: nil)
        }
    }
}
