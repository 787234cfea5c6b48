import ArgumentParser
import Belay

/// Which part of a list is shown.
struct PageOptions: ParsableArguments {
    @Option(help: "At most so many, 1 to 1000.")
    var limit = 50
    @Option(name: .customLong("cursor"), help: "Where the page before ended.")
    var text: String?

    func validate() throws {
        if !(1...1_000).contains(self.limit) { throw ValidationError("--limit has to be from 1 to 1000") }
    }

    /// - Throws: `Failure` 65 for a text that is none.
    var cursor: Cursor? {
        get throws {
            try self.text.map { text in
                do { return try Cursor(text: text) } catch { throw Failure.foreignCursor }
            }
        }
    }
}
