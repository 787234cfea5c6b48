import BelayCore
import BelayJSON

/// The events of a stream as the bytes of a server, one of the many ways in which they may be written.
package struct GeneratedStream: Sendable {
    package let bytes: [UInt8]
    /// The data of each event, as whoever reads the bytes gets it.
    package let data: [String]
    /// How many of the bytes are no whole stream yet, however the rest is cut off.
    package let cuttable: Int

    /// - Parameters:
    ///   - events: The data of each; the last one is the terminator.
    ///   - named: Whether each event is named after its `type`.
    package init(_ events: [String], named: Bool, using random: inout SeededGenerator) {
        let lineEnd = ["\n", "\n", "\r\n", "\r"].randomElement(using: &random) ?? "\n"
        let space = Int.random(in: 0..<4, using: &random) == 0 ? "" : " "
        let commentsAreMany = Int.random(in: 0..<4, using: &random) == 0
        let hasNumbers = Int.random(in: 0..<6, using: &random) == 0
        let areLinesMany = Int.random(in: 0..<8, using: &random) == 0
        var text = Int.random(in: 0..<8, using: &random) == 0 ? "\u{FEFF}" : ""
        var read: [String] = []
        for (number, data) in events.enumerated() {
            if commentsAreMany, Int.random(in: 0..<4, using: &random) == 0 {
                text += [": keep-alive", ":", "retry:\(space)3000"].randomElement(using: &random) ?? ""
                text += lineEnd + (Bool.random(using: &random) ? lineEnd : "")
            }
            if hasNumbers { text += "id:\(space)\(number)\(lineEnd)" }
            let json = try? JSON.parse(data)  // The terminator of chat completions is no JSON.
            if named, let type = json?["type"]?.stringValue { text += "event:\(space)\(type)\(lineEnd)" }
            let lines = (areLinesMany ? json?.prettyPrinted() ?? data : data).split(separator: "\n")
            for line in lines { text += "data:\(space)\(line)\(lineEnd)" }
            // One space belongs to the field, whoever wrote it.
            read.append(lines.map { space.isEmpty && $0.first == " " ? $0.dropFirst() : $0 }.joined(separator: "\n"))
            if number == events.count - 1 { break }
            text += lineEnd
        }
        self.cuttable = text.utf8.count
        text += lineEnd
        if commentsAreMany { text += ": bye\(lineEnd)\(lineEnd)" }
        self.bytes = Array(text.utf8)
        self.data = read
    }
}
