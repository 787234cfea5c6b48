import BelayCore
import BelayIngress
import BelayJSON
import BelayModels
import HTTPTypes
import Hummingbird

/// The rest of a streamed answer as server-sent events, in the protocol of its writer.
struct AnswerStream: Sendable {
    let call: StreamedCall
    let writer: any IngressStreamWriter
    /// Whether the client asked for the usage at the end, where that is a choice.
    let showsUsage: Bool
    let departure: Departure
    /// Nil unless the request has a key.
    let record: StreamRecord?
    /// The provider that writes it, as soon as one does.
    var provider = ""

    /// - Parameter isSilent: No output came for so long that the stream begins with a sign of life.
    func response(_ headers: HTTPFields, isSilent: Bool = false) -> Response {
        var headers = headers
        headers[.contentType] = "text/event-stream"
        headers[.cacheControl] = "no-store"
        headers[.xAccelBuffering] = "no"
        let sent = headers
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { output in
                // The body runs in one task, and `Departure` ends the only child that writes before it returns.
                nonisolated(unsafe) var output = output
                nonisolated(unsafe) var writer = self.writer
                defer { self.call.cancel() }
                let isComplete = try await self.departure.ending {
                    if isSilent { try await Self.send(writer.keepAlive, to: &output) }
                    return try await self.write(sent, with: &writer, to: &output)
                }
                if isComplete != true {
                    // The server stops. If it was the client that left, nobody gets this.
                    let problem = IngressProblem(.overloaded, "The server is stopping.")
                    try await Self.send(writer.fail(problem) + self.spent(), to: &output)
                }
                try await output.finish(nil)
            })
    }

    /// What a call that is given up has spent is known soon, or after a while that nobody has.
    private static let patience = Duration.seconds(1)

    /// As notes for whoever is still there.
    private func spent() async -> [UInt8] {
        guard self.departure.connection.channel.isActive else { return [] }
        let attempts = await self.call.giveUp(within: Self.patience)
        return attempts.isEmpty ? [] : StreamNotes.bytes(of: AnswerHeaders.fields(of: attempts))
    }

    private struct End {
        var bytes: [UInt8]
        var isError = false
        /// What is known only now.
        var notes: HTTPFields = [:]
    }

    /// - Returns: Whether the stream came to its end, be it an error. Not when the task was cancelled.
    private func write(
        _ headers: HTTPFields, with writer: inout any IngressStreamWriter, to output: inout any ResponseBodyWriter
    ) async throws -> Bool {
        var isForwarded = false
        var provider = self.provider
        while let part = await self.call.next() {
            switch part {
            case .silence: try await Self.send(writer.keepAlive, to: &output)
            case .progress(.event(let event, _)):
                try await self.send(writer.write(event.markingReasoning(of: provider)), to: &output)
            case .progress(.frame(let name, let data, _)):
                isForwarded = true
                writer.noteForwarded(data)
                if self.showsUsage || !Self.isUsage(data) { try await self.send(Self.frame(name, data), to: &output) }
            case .progress(.attemptStarted(_, let path)): provider = path.provider
            case .progress(.attemptFailed): break
            }
        }
        if Task.isCancelled { return false }
        let end = await self.end(&writer)
        // The provider's own end went out with its last frame.
        let bytes = !isForwarded || end.isError ? end.bytes : []
        let last = bytes + StreamNotes.bytes(of: end.notes)
        if let record, !end.isError {
            // Before the client can see the end: who asks again then gets it.
            record.append(last)
            record.keep(headers)
        }
        try await Self.send(last, to: &output)
        return true
    }

    /// What comes after the last part: the end of a whole answer, or an error, which no client takes for one.
    private func end(_ writer: inout any IngressStreamWriter) async -> End {
        do {
            let result = try await self.call.result
            let answer = result.answer.withMarkedReasoning
            var bytes: [UInt8] = []
            if !writer.hasOutput { for event in answer.events.dropLast(2) { bytes += writer.write(event) } }
            bytes += writer.write(.usage(answer.usage))
            return End(
                bytes: bytes + writer.write(.finished(answer.stopReason, stopSequence: answer.stopSequence)),
                notes: AnswerHeaders.fields(of: result))
        } catch let failure as ModelCallFailure {
            return End(
                bytes: writer.fail(IngressProblem(failure)), isError: true,
                notes: AnswerHeaders.fields(of: failure.attempts))
        } catch {
            let attempts = (error as? ModelCallCancelled)?.attempts ?? []
            return End(
                bytes: writer.fail(IngressProblem(.overloaded, "The server is stopping.")), isError: true,
                notes: attempts.isEmpty ? [:] : AnswerHeaders.fields(of: attempts))
        }
    }

    /// One event, as the provider sent it.
    private static func frame(_ name: String, _ data: String) -> [UInt8] {
        var text = name == "message" ? "" : "event: \(name)\n"
        for line in data.split(separator: "\n", omittingEmptySubsequences: false) { text += "data: \(line)\n" }
        return Array((text + "\n").utf8)
    }

    /// Whether a chunk of OpenAI's protocol has nothing but the usage, as the last one before the end does.
    private static func isUsage(_ data: String) -> Bool {
        guard data.contains("\"usage\""), let chunk = try? JSON.parse(data) else { return false }
        return chunk["choices"]?.arrayValue?.isEmpty == true && chunk["usage"]?.objectValue != nil
    }

    /// Sends a part of the answer. Signs of life are none.
    private func send(_ bytes: [UInt8], to output: inout any ResponseBodyWriter) async throws {
        self.record?.append(bytes)
        try await Self.send(bytes, to: &output)
    }

    private static func send(_ bytes: [UInt8], to output: inout any ResponseBodyWriter) async throws {
        if !bytes.isEmpty { try await output.write(ByteBuffer(bytes: bytes)) }
    }
}
