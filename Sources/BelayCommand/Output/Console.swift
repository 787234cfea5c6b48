import BelayJSON
import Foundation

/// The two streams of a command.
enum Console {
    /// Whether a person watches the messages.
    static var isInteractive: Bool { isatty(STDERR_FILENO) == 1 }

    /// A line of the result.
    static func result(_ line: String) { Self.write(line + "\n", to: .standardOutput) }

    /// A part of the result, without an end of line.
    static func fragment(_ text: String) { Self.write(text, to: .standardOutput) }

    static func result(_ json: JSON) { Self.result(json.prettyPrinted()) }

    /// An object of a result that has several, one a line.
    static func line(_ json: JSON) { Self.result(json.serialized()) }

    /// Shows that it is the user's turn.
    static func ask() { Self.write("> ", to: .standardError) }

    /// A message beside the result.
    static func note(_ line: String) { Self.write(line + "\n", to: .standardError) }

    private static func write(_ text: String, to handle: FileHandle) {
        do {
            try handle.write(contentsOf: Data(text.utf8))
        } catch {
            // Sockets have the signal ignored, but a program whose reader went away ends by it, without a word.
            signal(SIGPIPE, SIG_DFL)
            raise(SIGPIPE)
        }
    }
}
