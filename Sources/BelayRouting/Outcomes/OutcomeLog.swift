import BelayJSON

/// Outcomes as JSON Lines: one object a line, in UTF-8.
package enum OutcomeLog {
    /// What is wrong with a line.
    package struct LineError: Error, Hashable, CustomStringConvertible {
        /// From 1.
        package let line: Int
        package let reason: String

        package var description: String { "Line \(self.line): \(self.reason)" }
    }

    /// No line is longer, in bytes.
    package static let longestLine = 1 << 20

    package static func write(_ outcome: CallOutcome, into output: inout [UInt8]) {
        outcome.json.write(into: &output)
        output.append(UInt8(ascii: "\n"))
    }

    package static func bytes(of outcomes: [CallOutcome]) -> [UInt8] {
        outcomes.reduce(into: []) { Self.write($1, into: &$0) }
    }

    /// Reads all outcomes, in their order. Empty lines are passed over; a carriage return at the end of a line is, too.
    ///
    /// - Throws: `LineError` for the first line that isn't an outcome; nothing is guessed.
    package static func read(_ bytes: [UInt8]) throws(LineError) -> [CallOutcome] {
        var outcomes: [CallOutcome] = []
        for (offset, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        {
            if let outcome = try Self.readLine(line, number: offset + 1) { outcomes.append(outcome) }
        }
        return outcomes
    }

    /// Reads one line; nil for one without anything on it. For logs that are read piece by piece.
    package static func readLine(_ line: some Collection<UInt8>, number: Int) throws(LineError) -> CallOutcome? {
        guard line.contains(where: { !Self.isSpace($0) }) else { return nil }
        guard line.count <= Self.longestLine else {
            throw LineError(line: number, reason: "It has \(line.count) bytes; at most \(Self.longestLine) are read.")
        }
        let json: JSON
        do {
            json = try JSON.parse(Array(line))
        } catch {
            throw LineError(line: number, reason: "\(error.reason) at column \(error.column)")
        }
        do {
            return try CallOutcome(json: json)
        } catch {
            throw LineError(line: number, reason: error.description)
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }
}
