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
        let paths = try self.paths(of: call.route)
        for path in paths {
            do {
                if let tokens = try await self.countTokens(of: call, on: path) {
                    return TokenCount(tokens: tokens, path: path)
                }
            } catch let failure as ModelFailure {
                let attempt = ModelAttempt(path: path, number: 1, failure: failure, duration: .zero)
                self.report(.attemptFailed(attempt))
                guard failure.kind == .badRequest else { continue }
                throw ModelCallFailure(
                    failure: failure, attempts: [attempt],
                    userMessage: self.options.userMessages.message(for: failure.kind))
            }
        }
        return TokenCount(estimating: call.request, for: paths[0])
    }

    /// - Returns: Nil where the provider can't count, or nothing may be sent to it at the moment.
    private func countTokens(of call: ModelCall, on path: ModelPath) async throws -> Int? {
        let lane = self.lane(of: path)
        let wanted = LaneRequest(model: path.model, tenant: call.tenant, longest: .seconds(1))
        guard lane.provider.countRequest(for: call.request, model: path.model) != nil,
            lane.obstacle(model: path.model, atMost: wanted.longest) == nil
        else { return nil }
        let pass = try await lane.enter(wanted)
        let runner = pass.endpoint.runner
        guard let message = runner.provider.countRequest(for: call.request, model: path.model) else {
            lane.leave(pass, with: .unsent)
            return nil
        }
        do {
            let tokens = try await runner.count(message, atMost: lane.settings.timeouts.responseHeaders ?? .seconds(60))
            lane.leave(pass, with: .answered(.zero))
            return tokens
        } catch let failure as ModelFailure {
            lane.leave(pass, with: Task.isCancelled ? .cancelled(nil) : .failed(failure))
            throw failure
        } catch {
            lane.leave(pass, with: .cancelled(nil))
            throw error
        }
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
