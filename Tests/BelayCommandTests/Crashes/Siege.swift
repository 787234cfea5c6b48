import BelayJSON
import BelayResilience
import Foundation
import Synchronization

/// Gives a server tasks and kills it, until it has survived as often as planned; then lets it end its work.
final class Siege: Sendable {
    private struct State {
        /// The server as long as it lives.
        var api: API?
        var isOver = false
        var jobs: [Int: String] = [:]
        /// Of the mock's log, by number.
        var answers: [Int: JSON] = [:]
        var early = 0
        var left = 0
        var ending = Duration.zero
        var answeredByPeople = 0
    }

    private let plan: KillPlan
    private let project: Project
    private let service: EffectService
    private let mock: API
    private let state = Mutex(State())

    init(plan: KillPlan, project: Project, service: EffectService, mock: API) {
        (self.plan, self.project, self.service, self.mock) = (plan, project, service, mock)
    }

    var leftAtTheLastKill: Int { self.state.withLock { $0.left } }

    /// What the mock logged of its requests.
    var answers: [JSON] { self.state.withLock { Array($0.answers.values) } }

    var figures: String {
        self.state.withLock { state in
            "\(self.plan.executions) executions, \(self.plan.kills) kills (\(state.early) before it listened), "
                + "\(state.left) left at the last one, all ended \(state.ending) later"
        }
    }

    /// - Returns: The last server, and the execution of each job.
    func run() async throws -> (api: API, jobs: [Int: String]) {
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for job in 0..<self.plan.executions { tasks.addTask { try await self.start(job) } }
            tasks.addTask { try await self.answerDoubts() }
            tasks.addTask { try await self.collectAnswers() }
            // Ends the others when it throws; they end by themselves when it returns.
            let api = try await self.attack()
            self.state.withLock { $0.isOver = true }
            try await tasks.waitForAll()
            return (api, self.state.withLock { $0.jobs })
        }
    }

    private func attack() async throws -> API {
        var random = SeededGenerator(seed: self.plan.seed)
        for _ in 0..<self.plan.kills {
            let process = try await self.project.start("serve", "--port", "0")
            if Int.random(in: 0..<6, using: &random) == 0 {
                self.state.withLock { $0.early += 1 }
                try await Task.sleep(for: .milliseconds(Int.random(in: 0...60, using: &random)))
            } else {
                let url = try await process.line(beginning: "belay listens on ")
                self.state.withLock { $0.api = API(url: url) }
                let life = self.plan.longestLife * Double.random(in: 0...1, using: &random)
                try await Task.sleep(for: life)
            }
            process.send(SIGKILL)
            self.state.withLock { $0.api = nil }
            let ended = try await process.ended()
            guard ended.status == 128 + SIGKILL else {
                throw Patience.Exhausted(description: "the server ended by itself: \(ended)")
            }
        }
        let left = try await self.project.belay("executions", "list", "--json", "--limit", "1000").json
        let states = left["items"]?.arrayValue?.compactMap { $0["ended"] } ?? []
        self.state.withLock { $0.left = self.plan.executions - states.count { $0 != .null } }
        let beginning = ContinuousClock.now
        let (_, api) = try await self.project.serve()
        self.state.withLock { $0.api = api }
        try await self.untilAllEnded(api)
        self.state.withLock { $0.ending = beginning.duration(to: .now) }
        return api
    }

    private func untilAllEnded(_ api: API) async throws {
        var open: [JSON] = []
        _ = try await Patience.wait(
            for: "all executions to end", atMost: .seconds(300), circumstances: { "\(open.prefix(3))" }
        ) {
            let all = try await api.get("/v1/executions?limit=1000").json["items"]?.arrayValue ?? []
            open = all.filter { $0["ended"] == .null }
            return all.count >= self.plan.executions && open.isEmpty ? true : nil
        }
    }

    /// Gives the task as a client does who got no answer: again, with the same key.
    private func start(_ job: Int) async throws {
        try await self.whileOpen { api in
            let id = try await api.start(JobScript.task(job), key: "job-\(job)")
            self.state.withLock { $0.jobs[job] = id }
            return true
        }
    }

    /// The person who is asked about doubts, and looks it up at the service.
    private func answerDoubts() async throws {
        try await self.whileOpen { api in
            try await Person(service: self.service).answerAll(at: api)
            return false
        }
    }

    /// Does something again and again until it is done or the siege is over. A server that was killed is waited for.
    private func whileOpen(_ body: (API) async throws -> Bool) async throws {
        while true {
            let (api, isOver) = self.state.withLock { ($0.api, $0.isOver) }
            if isOver { return }
            if let api {
                do { if try await body(api) { return } } catch is CancellationError { return } catch {
                    // Killed meanwhile: the next one is asked.
                }
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// The mock's log holds the last requests only.
    private func collectAnswers() async throws {
        var isLast = false
        while true {
            for entry in try await self.mock.get("/_mock/requests").json["requests"]?.arrayValue ?? [] {
                guard let number = entry["number"]?.intValue else { continue }
                self.state.withLock { $0.answers[number] = entry }
            }
            if isLast { return }
            isLast = self.state.withLock { $0.isOver }
            if !isLast { try await Task.sleep(for: .milliseconds(100)) }
        }
    }
}
