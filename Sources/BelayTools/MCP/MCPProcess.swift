import BelayResilience
import Foundation
import Subprocess
import SystemPackage

/// One run of a server's process, from its start to its end.
struct MCPProcess: Sendable {
    /// How a run ended, in words, and the last of what the server wrote to its standard error.
    struct End: Sendable, Hashable {
        var reason: String
        var lastWords: String
    }

    static let maxLine = 16 << 20
    private static let maxLastWords = 4 << 10
    /// Between SIGTERM and SIGKILL.
    private static let patience = Duration.seconds(2)

    let specification: MCPServerSpecification
    let clock: any Clock<Duration>
    private let lastWords = Locked([UInt8]())

    /// A server that stops reading must not end the whole process, which is what a write to it does by default. It is an
    /// error of that write instead.
    private static let survivesDeafServers: Void = { _ = signal(SIGPIPE, SIG_IGN) }()

    init(specification: MCPServerSpecification, clock: any Clock<Duration>) {
        self.specification = specification
        self.clock = clock
    }

    /// Starts the process, carries the connection's messages and returns when the process and its descendants are gone.
    ///
    /// - Parameter onReady: The handshake is done.
    func run(_ connection: MCPConnection, onReady: @escaping @Sendable (MCPPeer) -> Void) async -> End {
        Self.survivesDeafServers
        let reason: String
        do {
            let outcome = try await Subprocess.run(
                self.configuration, input: .inputWriter, output: .sequence, error: .sequence
            ) { execution in
                let (ended, end) = AsyncStream.makeStream(of: Never.self)
                let watchdog = MCPWatchdog(group: execution.processIdentifier.value)
                // A task of its own: it watches to the end, also while this one is being cancelled.
                let watching = Task { await watchdog.watch(until: ended) }
                await self.carry(
                    connection, writer: execution.standardInputWriter, output: execution.standardOutput,
                    errors: execution.standardError, onReady: onReady
                ) {
                    await execution.teardown(using: Self.teardown)
                    // The teardown ends with the server itself, and its children may be left. The process is not
                    // reaped yet, so the number of its group can't be somebody else's. That there is nobody left to
                    // send to is the normal case, and an error.
                    try? execution.send(signal: .kill, toProcessGroup: true)
                }
                end.finish()
                await watching.value
            }
            let end = connection.failure?.reason ?? "it ended"
            reason = "\(end) (\(outcome.terminationStatus.inWords))"
        } catch {
            reason = Self.explain(error, program: self.specification.command.first ?? "")
        }
        return self.end(of: connection, because: reason)
    }

    /// The end of a run, with what the server said so far.
    func end(of connection: MCPConnection, because reason: String) -> End {
        connection.close(.closed(reason: reason))
        let words = self.cleaned(self.lastWords.withLock { String(decoding: $0, as: UTF8.self) })
        return End(reason: reason, lastWords: words.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// A server may well print the environment that it got.
    private func cleaned(_ words: String) -> String {
        // A short value is no secret, and masking it would blank out ordinary words. Long ones first: one may be a part
        // of another.
        let secrets = self.specification.environment.values.map { $0.reveal() }.filter { $0.count >= 8 }
        return secrets.sorted { $0.count > $1.count }.reduce(words) { $0.replacing($1, with: "***") }
    }

    private static let teardown: [TeardownStep] = [
        .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: Self.patience)
    ]

    private var configuration: Configuration {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = Self.teardown
        let program = self.specification.command.first ?? ""
        var variables = self.specification.environment.mapValues { $0.reveal() }
        for name in ["PATH", "HOME"] where variables[name] == nil {
            variables[name] = ProcessInfo.processInfo.environment[name]
        }
        var keyed: [Environment.Key: String] = [:]
        for (name, value) in variables { keyed[Environment.Key(stringLiteral: name)] = value }
        return Configuration(
            executable: program.contains("/") ? .path(FilePath(program)) : .name(program),
            arguments: Arguments(Array(self.specification.command.dropFirst())), environment: .custom(keyed),
            workingDirectory: self.specification.workingDirectory.map { FilePath($0) }, platformOptions: options)
    }

    /// Runs reader, writer, the drain of standard error and the handshake until the connection ends, then `stop`s.
    private func carry(
        _ connection: MCPConnection, writer: StandardInputWriter, output: SubprocessOutputSequence,
        errors: SubprocessOutputSequence, onReady: @escaping @Sendable (MCPPeer) -> Void, stop: () async -> Void
    ) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await Self.write(connection, to: writer) }
            group.addTask { await Self.read(output, into: connection) }
            group.addTask { await self.drain(errors) }
            group.addTask { await self.shakeHands(connection, onReady: onReady) }
            await connection.untilClosed()
            connection.close(.closed(reason: "it was stopped"))
            await stop()
            group.cancelAll()
        }
    }

    private static func write(_ connection: MCPConnection, to writer: StandardInputWriter) async {
        do {
            for await line in connection.outgoing {
                guard try await Self.write(line, by: { try await writer.write($0) }) else {
                    return connection.close(.closed(reason: "it has ended"))
                }
            }
            try await writer.finish()
        } catch {
            connection.close(.closed(reason: "it does not read its input"))
        }
    }

    /// - Parameter write: Takes as many of the bytes as it has room for; none when the process has ended.
    /// - Returns: False when the process has ended.
    static func write(_ line: [UInt8], by write: ([UInt8]) async throws -> Int) async rethrows -> Bool {
        var rest = line[...]
        while !rest.isEmpty {
            let taken = try await write(Array(rest))
            guard taken > 0 else { return false }
            rest = rest.dropFirst(taken)
        }
        return true
    }

    private static func read(_ output: SubprocessOutputSequence, into connection: MCPConnection) async {
        var splitter = LineSplitter(limit: Self.maxLine)
        do {
            for try await buffer in output {
                try buffer.withUnsafeBytes { bytes in try splitter.push(bytes) { connection.receive($0) } }
            }
            connection.close(.closed(reason: "it closed its output"))
        } catch let error as LineSplitter.LineTooLong {
            connection.close(.answerTooLong(limit: error.limit))
        } catch {
            connection.close(.closed(reason: "its output can't be read"))
        }
    }

    /// A server blocks once nobody reads what it logs.
    private func drain(_ errors: SubprocessOutputSequence) async {
        do {
            for try await buffer in errors {
                let bytes = buffer.withUnsafeBytes { Array($0.suffix(Self.maxLastWords)) }
                self.lastWords.withLock { words in
                    words.append(contentsOf: bytes)
                    words.removeFirst(max(0, words.count - Self.maxLastWords))
                }
            }
        } catch {
            // What can't be read can't block the server either, and the reader of its output sees it end.
            return
        }
    }

    private func shakeHands(_ connection: MCPConnection, onReady: @Sendable (MCPPeer) -> Void) async {
        let limit = self.specification.startTimeout
        do {
            onReady(try await withDeadline(limit, clock: self.clock) { try await connection.initialize() })
        } catch let failure as MCPFailure {
            connection.close(failure)
        } catch is DeadlineExceeded {
            connection.close(.closed(reason: "it did not answer the handshake within \(limit.inWords)"))
        } catch {
            connection.close(.closed(reason: "it was stopped"))
        }
    }

    private static func explain(_ error: any Error, program: String) -> String {
        guard let error = error as? SubprocessError else { return "it could not be started: \(error)" }
        return switch error.code {
        case .executableNotFound: "the program \"\(program)\" was not found"
        default: "it could not be started: \(error.description)"
        }
    }
}

extension TerminationStatus {
    fileprivate var inWords: String {
        switch self {
        case .exited(let code): "exit code \(code)"
        case .signaled(let signal): "ended by signal \(signal)"
        @unknown default: "ended"
        }
    }
}
