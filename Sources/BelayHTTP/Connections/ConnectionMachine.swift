/// Where one connection stands: what it may be used for next, and what its end means for the request that it carries.
/// Owns no channel.
struct ConnectionMachine: Sendable, Hashable {
    enum State: Sendable, Hashable {
        /// Not established, or its TLS handshake is under way.
        case connecting
        case idle
        /// A request was given to it, and nothing of the response has come.
        case waiting
        case receiving
        case closed
    }

    /// What becomes of the connection at the end of a response.
    enum Rest: Sendable, Hashable {
        case reuse
        case close
    }

    /// What the end of the connection means.
    enum Loss: Sendable, Hashable {
        /// It carried no request, or was never established.
        case none
        /// It carried one, and there is no response. Only what can't have been processed, or changes nothing, is sent again.
        case unanswered(mayRepeat: Bool)
        /// The response is incomplete.
        case cut
    }

    private(set) var state = State.connecting
    /// Responses that it has carried in full.
    private var responses = 0
    private var isWritten = false
    private var isHeadLost = false
    private var isSafe = false
    private var keepsAlive = true

    mutating func connected() {
        precondition(self.state == .connecting, "A connection is established once.")
        self.state = .idle
    }

    /// - Parameter isSafe: Whether the request may be sent twice.
    mutating func begin(isSafe: Bool) {
        precondition(self.state == .idle, "A connection carries one request at a time.")
        self.state = .waiting
        (self.isSafe, self.isWritten, self.isHeadLost, self.keepsAlive) = (isSafe, false, false, true)
    }

    /// The request is with the system, whole.
    mutating func wroteRequest() { self.isWritten = true }

    /// The system refused the request's head, so that nobody can have read it.
    mutating func lostHead() { self.isHeadLost = true }

    /// - Returns: False for a response that nobody asked for.
    mutating func receivedHead(keepsAlive: Bool) -> Bool {
        guard self.state == .waiting else { return false }
        self.state = .receiving
        self.keepsAlive = keepsAlive
        return true
    }

    /// A response may come before its request was written in full. The rest would be read as the next request.
    mutating func receivedEnd() -> Rest {
        precondition(self.state == .receiving, "The end of a response follows its head.")
        self.responses += 1
        guard self.keepsAlive, self.isWritten else {
            self.state = .closed
            return .close
        }
        self.state = .idle
        return .reuse
    }

    /// - Parameter byPeer: Whether it was simply closed or reset, before a single byte of the response.
    mutating func ended(byPeer: Bool) -> Loss {
        defer { self.state = .closed }
        switch self.state {
        case .connecting, .idle, .closed: return .none
        case .waiting:
            // A server may close a connection that idles just when the next request is on its way.
            let isStale = byPeer && self.responses > 0 && self.isSafe
            return .unanswered(mayRepeat: self.isHeadLost || isStale)
        case .receiving: return .cut
        }
    }
}
