import BelayHTTP
import BelayJSON
import BelayResilience
import Foundation
import Synchronization

/// Three servers on one store, a limit of a dollar, and clients who ask for more than that all at once, while each server is
/// killed twice.
final class BudgetSiege: Sendable {
    static let limit = Int64(1_000_000_000)
    static let classes = 20
    /// Nano-dollars a token of output, and of input.
    static let (outputPrice, inputPrice) = (Int64(100_000), Int64(1_000))

    private struct State {
        var servers: [API?] = [nil, nil, nil]
        var (answered, refused, left, lost) = (0, 0, 0, 0)
        var isOver = false
    }

    let project: Project
    private let seed: UInt64
    private let calls: Int
    /// Clients ask for streams, and half of them leave in the middle.
    private let streams: Bool
    private let state = Mutex(State())

    init(_ project: Project, seed: UInt64, calls: Int, streams: Bool) {
        (self.project, self.seed, self.calls, self.streams) = (project, seed, calls, streams)
    }

    /// Replies of 10 to 48 tokens, by the size that is asked for.
    static let scenario: JSON = [
        "rules": .array(
            (0..<BudgetSiege.classes).map { size in
                ["when": ["last_message": .string("size \(size)")], "reply": .string(BudgetSiege.reply(size))]
            }), "reply": "ok",
        "latency": ["first_token": ["uniform": ["5ms", "150ms"]], "per_token": "2ms"],
    ]

    private static func reply(_ size: Int) -> String { String(repeating: "abc ", count: 10 + 2 * size) }

    static let configuration = """
        providers:
          main:
            kind: openai
            base_url: ${MODEL_URL:-http://127.0.0.1:9/v1}
            api_key: a-secret-key
            max_concurrent: 1000
            prices:
              mock: {input: 1.00, output: 100.00}
        routes:
          default:
            paths: [{model: main/mock}]
            cache: false
            patience: 2s
        budgets:
          all: {per: everything, period: total, limit: "$1.00"}
          customer: {per: customer, period: day, limit: "$50.00"}
          tokens: {per: tenant, period: day, limit: 100000000 tokens}
        runtime: {lease: 2s}
        """

    var figures: String {
        self.state.withLock {
            "\($0.answered) answered, \($0.left) left by their clients, \($0.lost) cut by a kill, \($0.refused) refused"
        }
    }

    var refused: Int { self.state.withLock { $0.refused } }

    /// - Returns: A server that is left, once all calls have come to an end.
    func run() async throws -> API {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<3 { group.addTask { try await self.keepKilling(index) } }
            try await withThrowingTaskGroup(of: Void.self) { clients in
                for number in 0..<self.calls { clients.addTask { try await self.ask(number) } }
                try await clients.waitForAll()
            }
            self.state.withLock { $0.isOver = true }
            try await group.waitForAll()
        }
        guard let api = self.state.withLock({ $0.servers.lazy.compactMap(\.self).first }) else {
            throw Patience.Exhausted(description: "no server is left")
        }
        return api
    }

    private func keepKilling(_ index: Int) async throws {
        var random = SeededGenerator(seed: self.seed &* 31 &+ UInt64(index))
        for _ in 0..<2 {
            let (process, api) = try await self.project.serve()
            self.state.withLock { $0.servers[index] = api }
            try await Task.sleep(for: .milliseconds(Int.random(in: 150...900, using: &random)))
            self.state.withLock { $0.servers[index] = nil }
            process.send(SIGKILL)
            _ = try await process.ended()
        }
        let (_, api) = try await self.project.serve()
        self.state.withLock { $0.servers[index] = api }
    }

    /// One call of a client, who tries again when there is nothing free at the moment, and when the server was killed.
    private func ask(_ number: Int) async throws {
        var random = SeededGenerator(seed: self.seed &+ UInt64(number) &* 7_919)
        let size = Int.random(in: 0..<Self.classes, using: &random)
        let leaves = self.streams && Bool.random(using: &random)
        for attempt in 0... {
            let servers = self.state.withLock { $0.servers.compactMap(\.self) }
            guard let api = servers.isEmpty ? nil : servers[(number + attempt) % servers.count] else {
                try await Task.sleep(for: .milliseconds(20))
                continue
            }
            switch try await self.once(size, leaves: leaves, at: api) {
            case .done(let path): return self.state.withLock { $0[keyPath: path] += 1 }
            case .cut:
                self.state.withLock { $0.lost += 1 }
                try await Task.sleep(for: .milliseconds(50))
            case .notNow: try await Task.sleep(for: .milliseconds(Int.random(in: 50...300, using: &random)))
            }
        }
    }

    private enum Result {
        case done(WritableKeyPath<State, Int> & Sendable)
        case notNow
        /// Killed: the client got nothing, the provider may have done its work.
        case cut
    }

    private func once(_ size: Int, leaves: Bool, at api: API) async throws -> Result {
        let body: JSON = [
            "model": "route/default", "stream": .bool(self.streams), "max_tokens": JSON(2 * (10 + 2 * size)),
            "messages": [["role": "user", "content": .string("size \(size)")]],
        ]
        do {
            let response = try await api.response(
                "POST", "/v1/chat/completions", headers: ["X-Belay-Customer": "acme"], body: body.bytes())
            guard response.status == 200 else {
                let error = try JSON.parse(try await response.body.collect())["error"]?["code"]?.stringValue
                return error == "insufficient_quota" ? .done(\.refused) : .notNow
            }
            for try await _ in response.body where leaves { return .done(\.left) }
            return .done(\.answered)
        } catch is HTTPTransportError {
            return .cut
        }
    }
}
