import BelayHTTP
import BelayJSON

/// Writes what is sent for one answer or error, with the fault worked in.
struct ScriptWriter {
    let format: any WireFormat
    let requestID: String
    let keepsAlive: Bool
    let fault: Fault?
    let latency: Latency.Drawn
    /// Unix time in seconds, for a `Retry-After` that is a date.
    let now: Int64
    /// Beside those of the format, or in their place.
    let headers: [(name: String, value: String)]

    func script(for answer: Answer, streams: Bool) -> WireScript {
        guard let fault else { return streams ? self.stream(answer) : self.whole(answer) }
        switch fault.kind {
        case .resetBeforeHeaders:
            return self.broken(status: 0, [.reset])
        case .resetInHeaders:
            let head = self.head(200, "application/json", .length(1_000)).bytes()
            return self.broken(status: 200, [.write(Array(head.prefix(head.count / 2))), .reset])
        case .silence, .refused, .flapping:
            // A closed port and flapping never get this far; a client cannot tell them from silence.
            return self.broken(status: 0, [.pause(fault.delay ?? .seconds(600)), .close])
        case .htmlIn200:
            let page =
                "<!DOCTYPE html><html><head><title>Please wait</title></head><body>Checking your browser.</body></html>"
            return self.message(200, "text/html; charset=utf-8", Array(page.utf8), outcome: .faulted)
        case .unauthorized, .rateLimited, .quotaExhausted, .serverError, .unavailable, .overloaded, .contextOverflow,
            .prefillRefused:
            return self.problem(fault.problem, outcome: .faulted, headers: self.retryAfter(of: fault))
        default:
            let altered = fault.altered(answer)
            return streams ? self.stream(altered) : self.whole(altered)
        }
    }

    func problem(
        _ problem: ProviderProblem, outcome: WireScript.Outcome = .refused,
        headers: [(name: String, value: String)] = []
    ) -> WireScript {
        let body = self.format.body(of: problem, requestID: self.requestID).bytes()
        return self.message(
            self.format.status(of: problem), "application/json", body, outcome: outcome, headers: headers)
    }

    func json(_ value: JSON, outcome: WireScript.Outcome) -> WireScript {
        self.message(200, "application/json", value.bytes(), outcome: outcome)
    }

    // Without streaming

    private func whole(_ answer: Answer) -> WireScript {
        let tokens = answer.usage.totalOutput
        let wait = (self.slowStart ?? self.latency.firstToken) + self.latency.perToken * tokens
        var body = self.format.body(of: answer).bytes()
        var script = WireScript(outcome: .answered(answer.usage), status: 200)
        script.add(.pause(wait))
        let type = self.fault?.kind == .wrongContentType ? "text/plain" : "application/json"
        switch self.fault?.kind {
        case .errorIn200:
            script.outcome = .faulted
            body = self.format.body(of: Self.failure, requestID: self.requestID).bytes()
        case .malformedJSON:
            script.outcome = .faulted
            body = Array(body.prefix(self.cutIndex(in: body)))
        case .cut, .stall:
            script.add(.write(self.head(200, type, .length(body.count)).bytes()))
            script.add(.write(Array(body.prefix(self.cutIndex(in: body)))))
            guard self.fault?.kind == .stall else { return self.closing(script) }
            script.add(.pause(self.stallLength))
            script.add(.write(Array(body.dropFirst(self.cutIndex(in: body)))))
            return self.ended(script)
        case .malformedChunk:
            script.add(.write(self.head(200, type, .chunked).bytes()))
            let part = Array(body.prefix(self.cutIndex(in: body)))
            // A chunk of nothing would be the end of the body.
            if !part.isEmpty { script.add(.write(ChunkedCoding.chunk(part))) }
            script.add(.write(Self.badChunk))
            return self.closing(script)
        default:
            break
        }
        script.add(.write(self.head(200, type, .length(body.count)).bytes() + body))
        return self.ended(script)
    }

    private func message(
        _ status: Int, _ type: String, _ body: [UInt8], outcome: WireScript.Outcome,
        headers: [(name: String, value: String)] = []
    ) -> WireScript {
        var script = WireScript(outcome: outcome, status: status)
        var head = self.head(status, type, .length(body.count))
        head.headers += headers
        script.add(.write(head.bytes() + body))
        return self.ended(script)
    }

    // Streaming

    private func stream(_ answer: Answer) -> WireScript {
        let events = self.format.events(of: answer)
        let contents = events.count { $0.isContent }
        // The content event, from 0, at which the fault strikes.
        let strike = Int((Double(contents) * (self.fault?.position ?? 0)).rounded(.down))
        var script = WireScript(outcome: .answered(answer.usage), status: 200)
        let type = self.fault?.kind == .wrongContentType ? "text/plain" : "text/event-stream; charset=utf-8"
        script.add(.write(self.head(200, type, .chunked).bytes()))
        var seen = 0
        var struck = false
        for event in events {
            let isHere = event.isContent || (strike >= contents && event.part == .closing)
            let strikes = !struck && seen == strike && isHere
            struck = struck || strikes
            if strikes, self.strike(in: &script) { return script }
            if event.part == .terminator, self.fault?.kind == .missingTerminator {
                script.outcome = .faulted
                continue
            }
            if case .content(let tokens) = event.part {
                self.wait(before: seen, tokens: tokens, in: &script)
                seen += 1
            }
            let broken = strikes && self.fault?.kind == .malformedJSON
            if broken { script.outcome = .faulted }
            script.add(.write(ChunkedCoding.chunk(broken ? Self.broken(event).bytes() : event.bytes())))
        }
        script.add(.write(ChunkedCoding.end))
        return self.ended(script)
    }

    private func wait(before position: Int, tokens: Int, in script: inout WireScript) {
        if position > 0 {
            script.add(.pause(self.latency.perToken * tokens))
        } else if let slowStart {
            self.pause(slowStart, in: &script)
        } else {
            script.add(.pause(self.latency.firstToken))
        }
    }

    /// Works the fault in before the next event; true if nothing comes after it.
    private func strike(in script: inout WireScript) -> Bool {
        switch self.fault?.kind {
        case .cut:
            script = self.closing(script)
            return true
        case .malformedChunk:
            script.add(.write(Self.badChunk))
            script = self.closing(script)
            return true
        case .errorIn200:
            let event = self.format.event(of: Self.failure, requestID: self.requestID)
            script.outcome = .faulted
            script.add(.write(ChunkedCoding.chunk(event.bytes()) + ChunkedCoding.end))
            script = self.ended(script)
            return true
        case .stall:
            self.pause(self.stallLength, in: &script)
            return false
        default:
            return false
        }
    }

    /// A pause with keep-alives, if the fault has them: a client must not take them for progress.
    private func pause(_ length: Duration, in script: inout WireScript) {
        var rest = length
        if let pings = self.fault?.pings {
            while rest > pings {
                script.add(.pause(pings))
                script.add(.write(ChunkedCoding.chunk(self.format.ping.bytes())))
                rest -= pings
            }
        }
        script.add(.pause(rest))
    }

    private static func broken(_ event: StreamEvent) -> StreamEvent {
        StreamEvent(part: event.part, name: event.name, data: Array(event.data.prefix(event.data.count / 2)))
    }

    // Parts

    private static let badChunk = Array("not-a-size\r\n{\"half\": \r\n".utf8)
    private static let failure = ProviderProblem(.serverError, "The server failed while it wrote this answer.")

    private var slowStart: Duration? {
        self.fault?.kind == .slowFirstToken ? self.fault?.delay ?? .seconds(30) : nil
    }
    private var stallLength: Duration { self.fault?.delay ?? .seconds(60) }

    /// At least one byte less than all of it.
    private func cutIndex(in body: [UInt8]) -> Int {
        min(body.count - 1, Int(Double(body.count) * (self.fault?.position ?? 0.5)))
    }

    private func head(_ status: Int, _ type: String, _ framing: ResponseHead.Framing) -> ResponseHead {
        let usual = self.format.headers(requestID: self.requestID).filter { usual in
            !self.headers.contains { $0.name.lowercased() == usual.name }
        }
        return ResponseHead(
            status: status, contentType: type, headers: usual + self.headers,
            framing: framing,
            keepsAlive: self.keepsAlive)
    }

    private func broken(status: Int, _ steps: [WireScript.Step]) -> WireScript {
        var script = WireScript(outcome: .faulted, status: status)
        for step in steps { script.add(step) }
        return script
    }

    private func closing(_ script: WireScript) -> WireScript {
        var script = script
        script.outcome = .faulted
        script.add(.close)
        return script
    }

    private func ended(_ script: WireScript) -> WireScript {
        var script = script
        if !self.keepsAlive { script.add(.close) }
        return script
    }

    private func retryAfter(of fault: Fault) -> [(name: String, value: String)] {
        guard let delay = fault.retryAfter else { return [] }
        let seconds = Int64((delay / .seconds(1)).rounded(.up))
        switch fault.retryAfterForm {
        case .seconds: return [("retry-after", "\(seconds)")]
        case .date: return [("retry-after", HTTPDate.text(unixSeconds: self.now + seconds))]
        case .milliseconds: return [("retry-after-ms", "\(Int64((delay / .milliseconds(1)).rounded(.up)))")]
        }
    }
}
