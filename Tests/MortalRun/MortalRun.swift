import Belay
import BelayConfiguration
import Foundation

/// Gives the first agent of `belay.yaml` a task, consents to whatever it asks for, and dies by SIGKILL before or after the
/// n-th write to the store, if it comes so far. Otherwise it prints how many writes there were.
///
///     MortalRun TASK KEY [before|after N]
@main
struct MortalRun {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 3 || arguments.count == 5 else {
            print("usage: MortalRun TASK KEY [before|after N]")
            exit(64)
        }
        var death: Death?
        if arguments.count == 5, let write = Int(arguments[4]) {
            death = Death(isBefore: arguments[3] == "before", write: write)
        }
        let configuration = try Configuration.load("belay.yaml", verifying: true)
        let writes = WriteCount(death: death)
        let make = { @Sendable (store: any ExecutionStore, gateway: any ModelGateway, options: RuntimeOptions) in
            Runtime(store: MortalStore(base: store, writes: writes), gateway: gateway, options: options)
        }
        try await configuration.withRuntime(make: make) { runtime, _ in
            let request = StartRequest(
                agent: configuration.agents[0].name, task: arguments[1], user: User("anonymous"),
                idempotencyKey: arguments[2]
            )
            let id = try await runtime.start(request).head.id
            while case .waiting(let waits, _) = try await runtime.outcome(of: id) {
                for record in waits where record.wait.kind == .approval {
                    _ = try await runtime.answer(record.wait.id, with: ["decision": "approve"], by: "ana")
                }
            }
        }
        print("writes \(writes.count)")
    }
}
