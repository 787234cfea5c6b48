import NIOCore

/// Plays the provider's decisions on one connection, request after request.
struct Connection: Sendable {
    let channel: any Channel
    let requests: AsyncStream<HTTPRequest>
    let provider: MockProvider
    let connections: Connections
    let clock: any Clock<Duration>
    let elapsed: @Sendable () -> Duration

    /// Serves until either side closes. What a script waits for ends as soon as the client leaves.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.serve() }
            group.addTask { await self.waitUntilClosed() }
            await group.next()
            group.cancelAll()
        }
        self.connections.closed(self.channel)
    }

    private func serve() async {
        defer { self.channel.close(promise: nil) }
        for await request in self.requests {
            guard self.connections.mark(self.channel, busy: true) else { return }
            let decision = self.provider.decide(
                request, elapsed: self.elapsed(), connections: self.connections.counts,
                isDraining: self.connections.isDraining)
            guard await self.play(decision) else { return }
            if decision.script.endsConnection { return }
            guard self.connections.mark(self.channel, busy: false) else { return }
        }
    }

    /// - Returns: False when the client left before the end.
    private func play(_ decision: MockProvider.Decision) async -> Bool {
        let steps = decision.script.steps
        let last = steps.lastIndex { if case .write = $0 { true } else { false } } ?? steps.count - 1
        var isCounted = false
        do {
            for (index, step) in steps.enumerated() {
                if index == last {
                    // Before the client can see the end: whoever has an answer finds it in the statistics.
                    self.provider.ended(decision, completed: true)
                    isCounted = true
                }
                try await self.perform(step)
            }
            return true
        } catch {
            // The client left: its going is what the statistics count, the error says no more.
            if isCounted { self.provider.revoke(decision) } else { self.provider.ended(decision, completed: false) }
            return false
        }
    }

    private func perform(_ step: WireScript.Step) async throws {
        switch step {
        case .write(let bytes):
            try await self.channel.writeAndFlush(ByteBuffer(bytes: bytes))
        case .pause(let duration):
            try await self.clock.sleep(for: duration)
        case .reset:
            SocketReset.close(self.channel)
            await self.waitUntilClosed()
        case .close:
            self.channel.close(promise: nil)
            await self.waitUntilClosed()
        }
    }

    /// Why the channel closed does not matter here.
    private func waitUntilClosed() async {
        _ = try? await self.channel.closeFuture.get()
    }
}
