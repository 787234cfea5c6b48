import BelayCore
import BelayJSON

extension JournalEvent {
    /// The event as clients get it: number, time and type before its own fields.
    public var view: JSON {
        let (type, fields) = self.event.view
        var view: JSON = [
            "sequence": .int(Int64(self.sequence)), "time": .string(self.time.text), "type": .string(type.rawValue),
        ]
        for (key, value) in fields { view[key] = value }
        return view
    }
}
