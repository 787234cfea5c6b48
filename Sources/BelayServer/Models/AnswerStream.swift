import BelayCore
import BelayIngress
import BelayModels
import HTTPTypes
import Hummingbird

/// The rest of a streamed answer as server-sent events, in the protocol of its writer.
struct AnswerStream: Sendable {
    let call: StreamedCall
    let writer: any IngressStreamWriter
    let departure: Departure

    func response(_ headers: HTTPFields) -> Response {
        var headers = headers
        headers[.contentType] = "text/event-stream"
        headers[.cacheControl] = "no-store"
        headers[.xAccelBuffering] = "no"
        return Response(
            status: .ok, headers: headers,
            body: ResponseBody { output in
                // The body runs in one task, and `Departure` ends the only child that writes before it returns.
                nonisolated(unsafe) var output = output
                defer { self.call.cancel() }
                try await self.departure.ending { try await self.write(to: &output) }
                try await output.finish(nil)
            })
    }

    private func write(to output: inout any ResponseBodyWriter) async throws {
        var writer = self.writer
        while let progress = await self.call.next() {
            guard case .event(let event, _) = progress else { continue }
            try await Self.send(writer.write(event), to: &output)
        }
        try await Self.send(await self.end(&writer), to: &output)
    }

    /// What comes after the last part: the end of a whole answer, or an error, which no client takes for one.
    private func end(_ writer: inout any IngressStreamWriter) async -> [UInt8] {
        do {
            let answer = try await self.call.result.answer
            var bytes: [UInt8] = []
            if !writer.hasOutput { for event in answer.events.dropLast(2) { bytes += writer.write(event) } }
            bytes += writer.write(.usage(answer.usage))
            return bytes + writer.write(.finished(answer.stopReason))
        } catch let failure as ModelCallFailure {
            return writer.fail(IngressProblem(failure))
        } catch {
            return writer.fail(IngressProblem(.overloaded, "The server is stopping."))
        }
    }

    private static func send(_ bytes: [UInt8], to output: inout any ResponseBodyWriter) async throws {
        if !bytes.isEmpty { try await output.write(ByteBuffer(bytes: bytes)) }
    }
}
