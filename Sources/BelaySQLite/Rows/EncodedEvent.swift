import BelayCore
import BelayJSON
import GRDB

/// An event as it lies in the file: compact JSON with its large texts taken out.
struct EncodedEvent: Sendable {
    /// Raised when events can no longer be read as the last version wrote them.
    static let schemaVersion = 1

    let event: Event
    /// UTF-8.
    let payload: [UInt8]
    /// Whether the payload differs from the plain JSON of the event, so that reading has to restore it.
    let isExtracted: Bool
    let contents: [String: String]
    /// Whether a row of a wait has to be kept in step with it.
    let concernsWait: Bool

    init(_ event: Event) throws {
        self.event = event
        self.concernsWait =
            switch event {
            case .waitOpened, .waitAnswered, .waitExpired: true
            default: false
            }
        let json = try event.json()
        let bytes = json.bytes()
        // Without a `$` nothing looks like a reference, and what is short holds no large text.
        if bytes.count < LargeContent.threshold, !bytes.contains(UInt8(ascii: "$")) {
            self.payload = bytes
            self.isExtracted = false
            self.contents = [:]
        } else {
            let (value, contents) = LargeContent.extract(from: json)
            self.isExtracted = value != json
            self.payload = self.isExtracted ? value.bytes() : bytes
            self.contents = contents
        }
    }
}

/// A line of a journal as read from the file.
struct EventRow {
    /// In the order that `init(_:at:)` reads.
    static func columns(of table: String) -> String {
        "\(table).sequence, \(table).time, \(table).version, \(table).is_extracted, \(table).payload"
    }

    static let columnCount = 5

    let sequence: Int
    let time: Timestamp
    let version: Int
    let isExtracted: Bool
    let payload: String

    /// - Parameter offset: The index of the first of `columns`.
    init(_ row: Row, at offset: Int = 0) {
        self.sequence = row[offset]
        self.time = Timestamp(milliseconds: row[offset + 1])
        self.version = row[offset + 2]
        self.isExtracted = row[offset + 3]
        self.payload = row[offset + 4]
    }

    /// - Parameter texts: Finds the large texts of this event's tenant.
    /// - Throws: `StoreError.newerSchema`, `StoreError.corrupt`.
    func decoded(texts: ContentTexts) throws -> JournalEvent {
        guard self.version <= EncodedEvent.schemaVersion else {
            throw StoreError.newerSchema(
                "event \(self.sequence) has the format \(self.version), this version of Belay reads up to "
                    + "\(EncodedEvent.schemaVersion): use the newer version")
        }
        do {
            var json = try JSON.parse(self.payload)
            if self.isExtracted { json = try texts.restore(json) }
            return JournalEvent(sequence: self.sequence, time: self.time, event: try Event(json: json))
        } catch let error as JSON.ParseError {
            throw StoreError.corrupt("event \(self.sequence) is not JSON: \(error)")
        } catch let error as DecodingError {
            throw StoreError.corrupt("event \(self.sequence) can't be read: \(error)")
        }
    }
}
