/// The tables of `docs/configuration.md`, written from the keys that read the file.
enum ConfigurationPage {
    static let beginMark = "<!-- The tables below are generated from the keys that read the file. -->"
    static let endMark = "<!-- End of the generated tables. -->"

    /// Every section with its keys, outer sections first.
    static var tables: String {
        var parts: [String] = []
        Self.write(Configuration.section.described(), path: "", into: &parts)
        return parts.joined(separator: "\n\n")
    }

    /// The page with its tables brought up to date; nil when it lacks one of the marks.
    static func updated(_ page: String) -> String? {
        guard let begin = page.firstRange(of: Self.beginMark), let end = page.firstRange(of: Self.endMark),
            begin.upperBound <= end.lowerBound
        else { return nil }
        return "\(page[..<begin.upperBound])\n\n\(Self.tables)\n\n\(page[end.lowerBound...])"
    }

    private static func write(_ section: DescribedSection, path: String, into parts: inout [String]) {
        let rows = section.keys.map { key in
            let cells = [key.words, key.defaultWords, key.meaning].map(Self.escape)
            return "| `\(key.name)` | \(cells.joined(separator: " | ")) |"
        }
        let title = path.isEmpty ? "The file" : "`\(path)`"
        parts.append(
            "### \(title)\n\n\(section.summary)\n\n| key | type | default | meaning |\n| --- | --- | --- | --- |\n"
                + rows.joined(separator: "\n"))
        for key in section.keys {
            for inner in key.sections {
                let name = path.isEmpty ? key.name : "\(path).\(key.name)"
                Self.write(inner, path: name + inner.suffix, into: &parts)
            }
        }
    }

    private static func escape(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
