import BelayCore
import BelayJSON
import Foundation

/// The two streams of a command. Text is for people: what would act on their terminal is spelled out. JSON and YAML are
/// exact.
enum Console {
    /// Whether a person watches the messages.
    static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

    /// Columns of the terminal that shows the results; nil when none does.
    static var width: Int? {
        var size = winsize()
        guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
            return nil
        }
        return Int(size.ws_col)
    }

    /// A line of the result.
    static func result(_ line: String) { Self.exactly(line.spellingOut(.onTerminal) + "\n") }

    static func result(_ json: JSON) { Self.exactly(json.prettyPrinted() + "\n") }

    /// An object of a result that has several, one a line.
    static func line(_ json: JSON) { Self.exactly(json.serialized() + "\n") }

    /// A result for programs, as it is.
    static func exactly(_ text: String) { Self.write(text, to: .standardOutput) }

    /// Shows that it is the user's turn.
    static func ask() { Self.write("> ", to: .standardError) }

    /// A message beside the result.
    static func note(_ line: String) { Self.write(line.spellingOut(.onTerminal) + "\n", to: .standardError) }

    private static func write(_ text: String, to handle: FileHandle) {
        do {
            try handle.write(contentsOf: Data(text.utf8))
        } catch {
            // Nobody reads the messages: no reason to leave a task in the middle.
            if handle === FileHandle.standardError { return }
            // Ignored for the sake of other pipes; but a program whose reader went away ends by it, without a word.
            signal(SIGPIPE, SIG_DFL)
            raise(SIGPIPE)
        }
    }
}
