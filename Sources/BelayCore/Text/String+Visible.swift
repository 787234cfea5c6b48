extension String {
    /// What shows a person something else than what is there, or does something to a terminal.
    package enum Invisible: Sendable {
        /// Everything without a shape of its own, line breaks and joiners of emoji too: for a value inside a line.
        case inLine
        /// Controls but line feed and tab, and what reorders the text: for text of several lines on a terminal.
        case onTerminal
    }

    /// Characters that aren't seen are spelled out as `\u{1b}`, so that they neither act nor hide. CR LF becomes LF.
    package func spellingOut(_ invisible: Invisible) -> String {
        let text = invisible == .onTerminal ? self.replacing("\r\n", with: "\n") : self
        guard text.unicodeScalars.contains(where: invisible.includes) else { return text }
        var spelled = ""
        for scalar in text.unicodeScalars {
            if invisible.includes(scalar) {
                spelled += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                spelled.unicodeScalars.append(scalar)
            }
        }
        return spelled
    }
}

extension String.Invisible {
    fileprivate func includes(_ scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .inLine:
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: true
            default: false
            }
        case .onTerminal:
            switch scalar.value {
            case 0x09, 0x0A: false
            case 0...0x1F, 0x7F...0x9F: true
            // Marks, embeddings, overrides and isolates of the bidirectional algorithm; separators of lines.
            case 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
            default: false
            }
        }
    }
}
