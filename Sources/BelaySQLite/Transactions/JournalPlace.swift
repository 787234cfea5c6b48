import BelayCore
import Synchronization

/// Where a journal ended after a commit of this process. Nothing of it ever changes: another event would have another
/// number.
struct JournalPlace: Sendable {
    /// The execution's row.
    let number: Int64
    let tenant: String
    /// Number and time of the last event.
    let sequence: Int
    let time: Timestamp
}

/// The places of executions that are carried on in this process, so that a step needn't ask for what it knows.
final class JournalPlaces: Sendable {
    /// Far more than a node drives at once.
    private static let capacity = 8_192

    private let places = Mutex<[ExecutionID: JournalPlace]>([:])

    /// - Returns: Nil unless the journal ended with this very event.
    func place(of execution: ExecutionID, at sequence: Int) -> JournalPlace? {
        guard let place = self.places.withLock({ $0[execution] }), place.sequence == sequence else { return nil }
        return place
    }

    func keep(_ place: JournalPlace, of execution: ExecutionID) {
        self.places.withLock { places in
            // Those that were never given back: their leases were lost.
            if places.count >= Self.capacity { places.removeAll() }
            places[execution] = place
        }
    }

    func forget(_ execution: ExecutionID) { self.places.withLock { $0[execution] = nil } }
}
