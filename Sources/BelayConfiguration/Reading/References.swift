import BelayYAML

/// Replaces `${NAME}`, `${NAME:-default}` and `${file:path}` in the text of a scalar. `$${` stands for `${`.
///
/// It runs on scalars that are already parsed, and what it inserts is not looked at again: a value can change neither
/// the structure of the file nor insert further references.
struct References: Substitution {
    /// The largest file that `${file:...}` reads, in bytes.
    static let maximumFileBytes = 64 << 10
    /// All that references may insert into one configuration, in bytes.
    static let maximumInsertedBytes = 4 << 20

    let environment: [String: String]
    /// What the paths of `${file:...}` are relative to.
    let folder: String
    private var inserted = 0
    private var files: [String: String] = [:]

    init(environment: [String: String], folder: String) {
        self.environment = environment
        self.folder = folder
    }

    /// - Returns: The text with every reference replaced, and whether there was one.
    mutating func resolve(_ text: String) throws(SubstitutionFailure) -> (text: String, hadReference: Bool) {
        guard text.contains("${") else { return (text, false) }
        var result = ""
        var rest = Substring(text)
        var hadReference = false
        while let start = rest.firstRange(of: "${") {
            if rest[..<start.lowerBound].last == "$" {
                result += rest[..<start.lowerBound].dropLast() + "${"
                rest = rest[start.upperBound...]
                continue
            }
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
                throw SubstitutionFailure(
                    message: "'${' has no closing '}'; write '$${' for the two characters themselves")
            }
            result += rest[..<start.lowerBound] + (try self.value(of: rest[start.upperBound..<end]))
            rest = rest[rest.index(after: end)...]
            hadReference = true
        }
        return (result + rest, hadReference)
    }

    private mutating func value(of reference: Substring) throws(SubstitutionFailure) -> String {
        let value: String
        if reference.hasPrefix("file:") {
            value = try self.content(of: String(reference.dropFirst(5)))
        } else {
            value = try self.variable(reference)
        }
        self.inserted += value.utf8.count
        guard self.inserted <= Self.maximumInsertedBytes else {
            throw SubstitutionFailure(
                message: "references insert more than \(Self.maximumInsertedBytes >> 20) MiB into this file")
        }
        return value
    }

    private func variable(_ reference: Substring) throws(SubstitutionFailure) -> String {
        let separator = reference.firstRange(of: ":-")
        let name = separator.map { reference[..<$0.lowerBound] } ?? reference
        let isName = name.utf8.allSatisfy {
            $0 == UInt8(ascii: "_") || ($0 | 0x20 >= UInt8(ascii: "a") && $0 | 0x20 <= UInt8(ascii: "z"))
                || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9"))
        }
        guard isName, let first = name.first, !first.isNumber else {
            throw SubstitutionFailure(
                message: "'${\(reference.prefix(40))}' is not a reference; known are ${NAME}, ${NAME:-default} and "
                    + "${file:path}; write '$${' for the two characters themselves")
        }
        let value = self.environment[String(name)]
        // As in a shell, `:-` also replaces an empty value.
        if let separator {
            return value.flatMap { $0.isEmpty ? nil : $0 } ?? String(reference[separator.upperBound...])
        }
        guard let value else {
            throw SubstitutionFailure(
                message: "the environment variable \(name) is not set; set it or write ${\(name):-default}")
        }
        return value
    }

    private mutating func content(of path: String) throws(SubstitutionFailure) -> String {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw SubstitutionFailure(message: "'${file:}' names no file")
        }
        if let known = self.files[path] { return known }
        let full = path.hasPrefix("/") ? path : "\(self.folder)/\(path)"
        let bytes: [UInt8]
        do {
            bytes = try BoundedFile.read(full, limit: Self.maximumFileBytes)
        } catch {
            throw SubstitutionFailure(message: "the file '\(path)' \(error.reason)")
        }
        guard var text = String(validating: bytes, as: UTF8.self) else {
            throw SubstitutionFailure(message: "the file '\(path)' is not UTF-8 text")
        }
        // Editors and `echo` end a file with a line break that is no part of a secret.
        if text.hasSuffix("\n") || text.hasSuffix("\r\n") { text.removeLast() }
        self.files[path] = text
        return text
    }
}
