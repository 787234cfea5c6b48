extension Event {
    /// The names under which events are stored and streamed. A name is never given another meaning.
    public enum Name: String, Sendable, Hashable, Codable, CaseIterable {
        case accepted, planned, planRevised, limitApproached, limitReached, completed, failed, cancelRequested,
            cancelled
        case modelCallPlanned, attemptFailed, modelAnswered, modelCallFailed
        case toolCallDenied, toolCallApproved, toolCallDispatched, toolCallSucceeded, toolCallFailed, toolCallInDoubt
        case toolCallResolved, toolCallBilled
        case waitOpened, waitAnswered, waitExpired
        case sessionContinued, contextCompacted, outputTruncated, loopDetected, outputRejected, escalated,
            feedbackReceived
    }

    public var name: Name { self.parts.name }

    private var parts: (name: Name, payload: any Encodable) {
        switch self {
        case .accepted(let payload): (.accepted, payload)
        case .planned(let payload): (.planned, payload)
        case .planRevised(let payload): (.planRevised, payload)
        case .limitApproached(let payload): (.limitApproached, payload)
        case .limitReached(let payload): (.limitReached, payload)
        case .completed(let payload): (.completed, payload)
        case .failed(let payload): (.failed, payload)
        case .cancelRequested(let payload): (.cancelRequested, payload)
        case .cancelled(let payload): (.cancelled, payload)
        case .modelCallPlanned(let payload): (.modelCallPlanned, payload)
        case .attemptFailed(let payload): (.attemptFailed, payload)
        case .modelAnswered(let payload): (.modelAnswered, payload)
        case .modelCallFailed(let payload): (.modelCallFailed, payload)
        case .toolCallDenied(let payload): (.toolCallDenied, payload)
        case .toolCallApproved(let payload): (.toolCallApproved, payload)
        case .toolCallDispatched(let payload): (.toolCallDispatched, payload)
        case .toolCallSucceeded(let payload): (.toolCallSucceeded, payload)
        case .toolCallFailed(let payload): (.toolCallFailed, payload)
        case .toolCallInDoubt(let payload): (.toolCallInDoubt, payload)
        case .toolCallResolved(let payload): (.toolCallResolved, payload)
        case .toolCallBilled(let payload): (.toolCallBilled, payload)
        case .waitOpened(let payload): (.waitOpened, payload)
        case .waitAnswered(let payload): (.waitAnswered, payload)
        case .waitExpired(let payload): (.waitExpired, payload)
        case .sessionContinued(let payload): (.sessionContinued, payload)
        case .contextCompacted(let payload): (.contextCompacted, payload)
        case .outputTruncated(let payload): (.outputTruncated, payload)
        case .loopDetected(let payload): (.loopDetected, payload)
        case .outputRejected(let payload): (.outputRejected, payload)
        case .escalated(let payload): (.escalated, payload)
        case .feedbackReceived(let payload): (.feedbackReceived, payload)
        }
    }
}

extension Event: Codable {
    private enum Key: String, CodingKey { case type }

    /// The payload's fields beside the event's name, in one object.
    public func encode(to encoder: any Encoder) throws {
        let (name, payload) = self.parts
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(name, forKey: .type)
        try payload.encode(to: encoder)
    }

    public init(from decoder: any Decoder) throws {
        func payload<T: Decodable>(_ type: T.Type = T.self) throws -> T { try T(from: decoder) }
        switch try decoder.container(keyedBy: Key.self).decode(Name.self, forKey: .type) {
        case .accepted: self = .accepted(try payload())
        case .planned: self = .planned(try payload())
        case .planRevised: self = .planRevised(try payload())
        case .limitApproached: self = .limitApproached(try payload())
        case .limitReached: self = .limitReached(try payload())
        case .completed: self = .completed(try payload())
        case .failed: self = .failed(try payload())
        case .cancelRequested: self = .cancelRequested(try payload())
        case .cancelled: self = .cancelled(try payload())
        case .modelCallPlanned: self = .modelCallPlanned(try payload())
        case .attemptFailed: self = .attemptFailed(try payload())
        case .modelAnswered: self = .modelAnswered(try payload())
        case .modelCallFailed: self = .modelCallFailed(try payload())
        case .toolCallDenied: self = .toolCallDenied(try payload())
        case .toolCallApproved: self = .toolCallApproved(try payload())
        case .toolCallDispatched: self = .toolCallDispatched(try payload())
        case .toolCallSucceeded: self = .toolCallSucceeded(try payload())
        case .toolCallFailed: self = .toolCallFailed(try payload())
        case .toolCallInDoubt: self = .toolCallInDoubt(try payload())
        case .toolCallResolved: self = .toolCallResolved(try payload())
        case .toolCallBilled: self = .toolCallBilled(try payload())
        case .waitOpened: self = .waitOpened(try payload())
        case .waitAnswered: self = .waitAnswered(try payload())
        case .waitExpired: self = .waitExpired(try payload())
        case .sessionContinued: self = .sessionContinued(try payload())
        case .contextCompacted: self = .contextCompacted(try payload())
        case .outputTruncated: self = .outputTruncated(try payload())
        case .loopDetected: self = .loopDetected(try payload())
        case .outputRejected: self = .outputRejected(try payload())
        case .escalated: self = .escalated(try payload())
        case .feedbackReceived: self = .feedbackReceived(try payload())
        }
    }
}
