import BelayJSON

/// A wait as stored.
public struct WaitRecord: Sendable, Hashable, Codable {
    public enum Status: String, Sendable, Hashable, Codable, CaseIterable {
        case open, answered, expired, cancelled
    }

    public var wait: Wait
    public var execution: ExecutionID
    public var agent: String
    public var user: User
    public var opened: Timestamp
    public var status: Status
    public var answer: JSON?
    public var answeredBy: String?
    public var answeredAt: Timestamp?

    public init(
        wait: Wait, execution: ExecutionID, agent: String, user: User, opened: Timestamp, status: Status = .open,
        answer: JSON? = nil, answeredBy: String? = nil, answeredAt: Timestamp? = nil
    ) {
        self.wait = wait
        self.execution = execution
        self.agent = agent
        self.user = user
        self.opened = opened
        self.status = status
        self.answer = answer
        self.answeredBy = answeredBy
        self.answeredAt = answeredAt
    }
}
