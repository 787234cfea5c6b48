/// A name, or the beginning of one followed by `*`.
struct NamePattern: Sendable, Hashable {
    var text: String

    func matches(_ name: String) -> Bool {
        guard self.text.hasSuffix("*") else { return name == self.text }
        return name.hasPrefix(self.text.dropLast())
    }
}
