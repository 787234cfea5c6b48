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
            group.addTask {
                // Only tells that the channel is closed; why does not matter here.
                _ = try? await self.channel.closeFuture.get()
            }
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
            do {
                try await self.play(decision.script)
                self.provider.ended(decision, completed: true)
            } catch {
                // The client left: its going is what the statistics count, the error says no more.
                self.provider.ended(decision, completed: false)
                return
            }
            if decision.script.endsConnection { return }
            guard self.connections.mark(self.channel, busy: false) else { return }
        }
    }

    private func play(_ script: WireScript) async throws {
        for step in script.steps {
            switch step {
            case .write(let bytes):
                try await self.channel.writeAndFlush(ByteBuffer(bytes: bytes))
            case .pause(let duration):
                try await self.clock.sleep(for: duration)
            case .reset:
                SocketReset.close(self.channel)
                _ = try? await self.channel.closeFuture.get()
            case .close:
                try await self.channel.close()
            }
        }
    }
}
