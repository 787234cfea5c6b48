import Logging

/// Closes and opens the port as the faults of kind `refused` say.
struct ListenerWatch: Sendable {
    let listener: Listener
    let provider: MockProvider
    let connections: Connections
    let port: Int
    let clock: any Clock<Duration>
    let elapsed: @Sendable () -> Duration
    let logger: Logger

    /// How late a new list of faults is noticed while the old one has a schedule.
    private static let interval = Duration.milliseconds(100)

    func run() async {
        while !Task.isCancelled {
            let (closed, remaining) = self.provider.listener(at: self.elapsed())
            await self.apply(closed: closed)
            let isFailing = !closed && !self.listener.isOpen
            if let wait = remaining ?? (isFailing ? Self.interval : nil) {
                do {
                    try await self.clock.sleep(for: min(max(wait, .milliseconds(1)), Self.interval))
                } catch {
                    return  // Cancelled: the server ends.
                }
            } else {
                var changes = self.provider.planChanges.makeAsyncIterator()
                guard await changes.next() != nil else { return }
            }
        }
    }

    private func apply(closed: Bool) async {
        if closed && self.listener.isOpen {
            await self.listener.close()
            // A provider that is down keeps no connection either.
            self.connections.resetAll()
            self.provider.countClosedPort()
        } else if !closed && !self.listener.isOpen {
            do {
                _ = try await self.listener.open(port: self.port)
            } catch {
                self.logger.warning("the port cannot be opened again", metadata: ["error": "\(error)"])
            }
        }
    }
}
