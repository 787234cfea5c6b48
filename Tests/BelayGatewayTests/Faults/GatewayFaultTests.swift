import BelayIngress
import BelayModels
import Foundation
import Testing

/// The classic ways in which providers fail, each judged from both ends: what the client got, and what the providers saw.
@Suite(.timeLimit(.minutes(5)))
struct GatewayFaultTests {
    private static let asks = [IngressProtocol.chatCompletions, .messages].flatMap { wire in
        [Ask(wire: wire, streams: false), Ask(wire: wire, streams: true)]
    }
    /// So that each protocol meets the fault in its own protocol and in the other one.
    private static let kinds: [[ProviderSettings.Kind]] = [[.openAI, .anthropic], [.anthropic, .openAI]]

    @Test(arguments: GatewayFault.all)
    func bothEndsSeeWhatTheyShould(fault: GatewayFault) async throws {
        for line in try await Self.lines(of: fault) { print(line) }
    }

    /// Writes the table of `docs/gateway.md` to the file that the environment names.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["BELAY_GATEWAY_FAULT_TABLE"] != nil))
    func theTableIsWritten() async throws {
        let path = try #require(ProcessInfo.processInfo.environment["BELAY_GATEWAY_FAULT_TABLE"])
        var lines = [
            "| fault of the first provider | asked for | the client got | requests: first + second provider |",
            "| --- | --- | --- | --- |",
        ]
        for fault in GatewayFault.all { lines += try await Self.lines(of: fault) }
        try (lines.joined(separator: "\n") + "\n").write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// What was seen, in a row for whole answers and one for streams; in one if they are the same.
    private static func lines(of fault: GatewayFault) async throws -> [String] {
        var told: [(streams: String, story: String)] = []
        for streams in [false, true] {
            var clients: [String] = []
            var upstreams: [String] = []
            for ask in Self.asks where ask.streams == streams {
                for kinds in Self.kinds {
                    let story = try await GatewayFaultRun(fault: fault, ask: ask, kinds: kinds).judge()
                    if !clients.contains(story.client) { clients.append(story.client) }
                    if !upstreams.contains(story.upstream) { upstreams.append(story.upstream) }
                }
            }
            let story = "\(clients.joined(separator: "; ")) | \(upstreams.joined(separator: "; "))"
            told.append((streams ? "stream" : "answer", story))
        }
        if told[0].story == told[1].story { told = [("both", told[0].story)] }
        return told.map { "| \(fault.name) | \($0.streams) | \($0.story) |" }
    }
}
