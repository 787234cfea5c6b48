/// What a node does with the store, in the words that end "can't".
enum StoreOperation: String, Sendable, CaseIterable {
    case claiming = "claim executions"
    case lookingForWork = "read when work is due"
    case driving = "drive executions"
    case writing = "write to journals"
    case renewing = "renew leases"
    case givingBack = "give leases back"
    case lookingForCancels = "look for cancel requests"
    case ending = "end executions that can't be driven"
}
