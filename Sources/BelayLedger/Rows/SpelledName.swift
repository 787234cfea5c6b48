import Foundation

extension String {
    /// One spelling for each name: strings compare characters, stores compare bytes and end at a zero.
    package var spelledOnce: String {
        if self.utf8.allSatisfy({ $0 != 0 && $0 < 0x80 }) { return self }
        let scalars = self.precomposedStringWithCanonicalMapping.unicodeScalars
        return String(String.UnicodeScalarView(scalars.map { $0.value == 0 ? "\u{FFFD}" : $0 }))
    }
}
