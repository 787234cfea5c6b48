import BelayCore
import BelayJSON
import BelayResilience

extension ToolPipeline {
    /// Performs a call that is ready and written down.
    ///
    /// The handler gets the tool's timeout. If it doesn't end within a second after being cancelled it is abandoned: a
    /// handler can hold up itself, but no execution. When the calling task is cancelled the call fails as `cancelled`,
    /// and may have happened unless the tool is read-only, or the handler still says otherwise.
    package func execute(_ name: String, _ invocation: ToolInvocation) async -> ToolAttempt {
        let start = Timekeeper(self.clock).now
        let result: Result<(text: String, truncatedFrom: Int?), ToolFailure>
        let descriptor = self.descriptor(of: name)
        var wasSent = false
        var bill: ToolBill?
        self.report(.called(tool: name))
        do throws(ToolFailure) {
            let tool = try self.registered(name)
            let admission = try self.admit(tool)
            wasSent = true
            let output = try await self.perform(tool, admission, judging: tool.registered.check) {
                try await tool.registered.tool.handler.call(invocation)
            }
            bill = tool.registered.descriptor.cost?.bill(for: output)
            result = .success(self.bounded(output, by: tool.registered.descriptor))
        } catch {
            // What changes nothing may be billed all the same.
            if wasSent { bill = descriptor?.cost.map { error.mayHaveHappened ? $0.doubtful : .nothing } }
            result = .failure(error.fitted(to: descriptor?.effect ?? .once))
        }
        let now = Timekeeper(self.clock).now
        if let anomaly = bill?.anomaly, self.tool(name)?.station.isNews(anomaly, at: now) == true {
            self.report(.costAnomaly(tool: name, anomaly))
        }
        let duration = start.duration(to: now)
        switch result {
        case .success(let output):
            self.tool(name)?.station.count(nil)
            self.report(.succeeded(tool: name, duration))
            return ToolAttempt(
                execution: .succeeded(output: output.text, truncatedFrom: output.truncatedFrom, duration: duration),
                bill: bill)
        case .failure(let failure):
            self.tool(name)?.station.count(failure.kind)
            self.report(.failed(tool: name, failure.kind, duration))
            return ToolAttempt(execution: .failed(failure, duration: duration), bill: bill)
        }
    }

    /// Asks the tool whether a call in doubt happened.
    package func probe(_ name: String, _ invocation: ToolInvocation) async -> ToolProbe {
        do throws(ToolFailure) {
            let tool = try self.registered(name)
            let output = try await self.perform(tool, try self.admit(tool), judging: tool.registered.checkAnswer) {
                try await tool.registered.tool.handler.probe(invocation)
            }
            guard let output else { return .didNotHappen }
            let (text, truncatedFrom) = self.bounded(output, by: tool.registered.descriptor)
            return .happened(output: text, truncatedFrom: truncatedFrom)
        } catch {
            return .unknown(error)
        }
    }

    /// Undoes a call, if it happened.
    package func compensate(_ name: String, _ invocation: ToolInvocation) async -> ToolCompensation {
        do throws(ToolFailure) {
            let tool = try self.registered(name)
            try await self.perform(tool, try self.admit(tool), judging: { $0 }) {
                try await tool.registered.tool.handler.compensate(invocation)
            }
            return .compensated
        } catch {
            return .failed(error)
        }
    }

    private func registered(_ name: String) throws(ToolFailure) -> EquippedTool {
        guard let tool = self.tool(name) else { throw self.unknown(name) }
        return tool
    }

    /// Calls a handler behind the tool's breaker.
    ///
    /// - Parameter judge: Whether its answer can be used; one that can't counts against the tool as well.
    private func perform<Value: Sendable>(
        _ tool: EquippedTool, _ admission: CircuitBreaker.Admission,
        judging judge: (Value) throws(ToolFailure) -> Value,
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws(ToolFailure) -> Value {
        let descriptor = tool.registered.descriptor
        let station = tool.station
        let run = BoundedRun<Value>(clock: self.clock, grace: Self.grace) {
            station.abandonedEnded()
            self.report(.ended(tool: descriptor.name))
        }
        do throws(ToolFailure) {
            let ending = await run.run(timeout: descriptor.timeout, body)
            if case .abandoned = ending {
                station.abandon()
                self.report(.abandoned(tool: descriptor.name))
            }
            let value = try judge(try ending.value(of: descriptor))
            station.breaker.record(.success, of: admission)
            return value
        } catch {
            station.breaker.record(error.kind.saysOfTheTool, of: admission)
            throw error
        }
    }

    private func admit(_ tool: EquippedTool) throws(ToolFailure) -> CircuitBreaker.Admission {
        let name = tool.registered.name
        if Task.isCancelled { throw ToolFailure(.cancelled, "\(name) was cancelled before it was called.") }
        if tool.station.hasTooManyAbandoned {
            throw ToolFailure(
                .unavailable,
                "\(ToolStation.maxAbandoned) earlier calls of \(name) still hang; it gets no more for now.")
        }
        do {
            return try tool.station.breaker.admit()
        } catch {
            throw ToolFailure(
                .circuitOpen,
                "\(name) has failed too often in a row and is not called for another \(error.retryAfter.inWords).")
        }
    }

    private func bounded(
        _ output: String, by descriptor: ToolDescriptor
    ) -> (text: String, truncatedFrom: Int?) {
        if output.allSatisfy(\.isWhitespace) { return ("(the tool returned nothing)", nil) }
        let bounded = OutputBound(maxCharacters: descriptor.maxOutputCharacters).apply(to: output)
        if let characters = bounded.truncatedFrom {
            self.report(.truncated(tool: descriptor.name, characters: characters))
        }
        return bounded
    }
}

extension RegisteredTool {
    /// What a probe found: nothing, or an output like any other.
    fileprivate func checkAnswer(_ answer: String?) throws(ToolFailure) -> String? {
        guard let answer else { return nil }
        return try self.check(answer)
    }

    /// The output, if it is what the tool's schema says.
    fileprivate func check(_ output: String) throws(ToolFailure) -> String {
        guard let schema = self.output else { return output }
        let json: JSON
        do {
            json = try JSON.parse(output, limits: JSON.Limits(bytes: 64 << 20))
        } catch {
            throw ToolFailure(
                .invalidOutput, "\(self.name) answered with something that is not JSON (\(error.reason)).",
                mayHaveHappened: true)
        }
        let violations = schema.validate(json)
        guard let first = violations.first else { return output }
        throw ToolFailure(
            .invalidOutput, "\(self.name) answered against its schema: \(first).", mayHaveHappened: true)
    }
}
