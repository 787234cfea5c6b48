import BelayCore
import BelayJSON

extension JournalEvent {
    /// The event with its number and time before its own fields.
    public var view: JSON {
        get throws {
            var view: JSON = ["sequence": .int(Int64(self.sequence)), "time": .string(self.time.text)]
            for (key, value) in try JSON(encoding: self.event).objectValue ?? [:] { view[key] = value }
            return view
        }
    }
}
