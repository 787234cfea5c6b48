import BelayIngress
import BelayJSON
import BelayModels
import BelayResilience
import BelayTesting
import Foundation

/// Asks every question of the corpus in every protocol, streamed and not, and compares what comes with what was sent.
final class FidelityRun: Sendable {
    private struct State {
        var next = 0
        var cases = 0
        var cuts = 0
        var failures: [String] = []
    }

    /// Asking blocks, so it takes threads of its own.
    private static let threads = 4
    /// More of them say no more.
    static let mostFailures = 10

    let upstream: ReplayUpstream
    let client: RawClient
    let kinds: [ProviderSettings.Kind]
    /// Of the first case; each further one has the next.
    let seed: UInt64
    /// Of each pair of a client's protocol and a provider's.
    let casesPerPair: Int
    private let state = Locked(State())

    init(
        upstream: ReplayUpstream, client: RawClient, kinds: [ProviderSettings.Kind], seed: UInt64, casesPerPair: Int
    ) {
        self.upstream = upstream
        self.client = client
        self.kinds = kinds
        self.seed = seed
        self.casesPerPair = casesPerPair
    }

    var cases: Int { self.state.withLock { $0.cases } }
    var cuts: Int { self.state.withLock { $0.cuts } }
    var failures: [String] { self.state.withLock { $0.failures } }

    func run() async {
        await withTaskGroup { group in
            for _ in 0..<Self.threads {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        Thread {
                            while let number = self.takeNumber() { self.ask(number) }
                            continuation.resume()
                        }.start()
                    }
                }
            }
        }
    }

    private func takeNumber() -> Int? {
        self.state.withLock { state in
            guard state.next < self.casesPerPair * self.kinds.count, state.failures.count < Self.mostFailures else {
                return nil
            }
            defer { state.next += 1 }
            return state.next
        }
    }

    private func ask(_ number: Int) {
        let kind = self.kinds[number % self.kinds.count]
        let seed = self.seed &+ UInt64(number / self.kinds.count)
        do {
            let sample = try FidelityCase(kind, seed: seed)
            for wire in IngressProtocol.allCases {
                self.state.withLock { $0.cases += 1 }
                let exchange = FidelityExchange(
                    sample: sample, wire: wire, upstream: self.upstream, client: self.client)
                if let problem = try exchange.problem() { self.note(problem) }
                guard sample.cut != nil else { continue }
                self.state.withLock { $0.cuts += 1 }
                if let problem = try exchange.problemWithCut() { self.note(problem) }
            }
        } catch {
            self.note("seed \(seed), \(kind.rawValue): \(error)")
        }
    }

    private func note(_ failure: String) { self.state.withLock { $0.failures.append(failure) } }
}
