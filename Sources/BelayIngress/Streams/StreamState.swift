import BelayCore

/// What every writer keeps of the stream that it writes.
package struct StreamState: Sendable {
    let stamp: AnswerStamp
    /// As the client wrote it, until the provider says which one it used.
    var model: String
    var usage = Usage.zero
    var hasOutput = false
    var isEnded = false

    init(for request: IngressRequest, stamp: AnswerStamp) {
        self.stamp = stamp
        self.model = request.model
    }

    /// An attempt begins: what one before it said of itself is void.
    mutating func start(model: String) {
        if !model.isEmpty { self.model = model }
        self.usage = .zero
    }
}
