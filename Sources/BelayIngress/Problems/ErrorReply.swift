import BelayJSON

/// An error as it goes out over HTTP.
package struct ErrorReply: Sendable, Hashable {
    package struct Header: Sendable, Hashable {
        package var name: String
        package var value: String
    }

    package var status: Int
    /// Without content type and length. Names are lower case.
    package var headers: [Header]
    package var body: [UInt8]

    init(status: Int, problem: IngressProblem, body: JSON) {
        self.status = status
        self.headers = []
        self.body = body.bytes()
        if let wait = problem.retryAfter {
            let (seconds, attoseconds) = max(.zero, wait).components
            let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
            // Whole seconds are all that the standard knows; both vendors' clients read the finer header first.
            self.headers.append(Header(name: "retry-after", value: String((milliseconds + 999) / 1_000)))
            self.headers.append(Header(name: "retry-after-ms", value: String(milliseconds)))
        }
        // Both vendors' clients obey this. What was retried here, over every path, must not be multiplied there.
        if let sensible = problem.wasTried ? false : problem.isWorthAnotherTry {
            self.headers.append(Header(name: "x-should-retry", value: sensible ? "true" : "false"))
        }
    }
}

extension IngressProblem {
    /// Nil where the status alone says it right.
    fileprivate var isWorthAnotherTry: Bool? {
        switch self.kind {
        case .upstreamFailed, .timedOut, .overBudget: false
        // Only one that says when it will be over.
        case .conflict: self.retryAfter != nil
        default: nil
        }
    }
}
