import BelayCore
import BelayJSON
import BelayMock
import BelayModels
import BelayResilience
import BelayTesting

/// What the providers saw of the gateway, in order, on the clock of the test.
final class UpstreamView: Sendable {
    struct Request: Sendable {
        var provider: Int
        var at: Duration
        var key: String?
        var body: [UInt8]

        var json: JSON { get throws { try JSON.parse(self.body) } }
    }

    private struct State {
        var requests: [Request] = []
        var failed = 0
        var waits: [Duration] = []
    }

    private let clock: SteppedClock
    private let happenings: Happenings
    private let state = Locked(State())
    private let announced: (stream: AsyncStream<Duration>, continuation: AsyncStream<Duration>.Continuation)

    init(clock: SteppedClock, happenings: Happenings) {
        self.clock = clock
        self.happenings = happenings
        self.announced = AsyncStream<Duration>.makeStream()
    }

    func saw(_ request: ReceivedRequest, at provider: Int) {
        let now = self.clock.now.offset
        self.state.withLock {
            $0.requests.append(Request(provider: provider, at: now, key: request.key, body: request.body))
        }
    }

    func hears(_ report: GatewayReport) {
        switch report {
        case .attemptFailed(let attempt) where attempt.wasSent: self.state.withLock { $0.failed += 1 }
        case .retrying(_, let wait) where wait > .zero:
            self.state.withLock { $0.waits.append(wait) }
            self.announced.continuation.yield(wait)
        default: break
        }
        self.happenings.happened()
    }

    var requests: [Request] { self.state.withLock { $0.requests } }
    /// Attempts that were sent and failed.
    var failedAttempts: Int { self.state.withLock { $0.failed } }
    /// The waits before retries that were announced.
    var waits: [Duration] { self.state.withLock { $0.waits } }

    func count(at provider: Int) -> Int { self.requests.count { $0.provider == provider } }

    /// The time between requests to one provider.
    func gaps(at provider: Int) -> [Duration] {
        let times = self.requests.filter { $0.provider == provider }.map(\.at)
        return zip(times, times.dropFirst()).map { $1 - $0 }
    }

    /// Lets each wait before a retry pass as soon as it is waited, until cancelled. For one call at a time.
    func sitOutWaits() async {
        for await wait in self.announced.stream {
            do { try await self.happenings.until { self.clock.isSlept(for: wait) } } catch { return }
            self.clock.advance(by: wait)
        }
    }
}
