import BelayJSON

/// The arguments of a call, to be compared with those of an earlier one: a model that gets nowhere often asks again with
/// all that it asked before, and some more.
///
/// Arguments have grown when nothing of the earlier ones is gone or different and something was added: to a text at its
/// end, to a list at its end, to an object by a name. A number that grows alone is no growth: that is how pages are turned.
struct GrowingArguments: Sendable, Hashable {
    /// Longer arguments are not looked into. In bytes.
    private static let longest = 64 << 10

    var tool: String
    var text: String

    func haveGrown(from earlier: GrowingArguments) -> Bool {
        // Whatever grows gets longer, and most calls are told apart by that alone.
        guard self.tool == earlier.tool, self.text.utf8.count > earlier.text.utf8.count,
            self.text.utf8.count <= Self.longest, let old = Self.read(earlier.text), let new = Self.read(self.text)
        else { return false }
        return Self.change(from: old, to: new) == .growth
    }

    /// Nil for what is no JSON: no tool was called with it.
    private static func read(_ text: String) -> JSON? { try? JSON.parse(text) }

    private enum Change {
        case none, growth, other

        static func + (left: Change, right: Change) -> Change {
            if left == .other || right == .other { return .other }
            return left == .growth ? left : right
        }
    }

    private static func change(from old: JSON, to new: JSON) -> Change {
        if old == new { return .none }
        switch (old, new) {
        case (.string(let old), .string(let new)): return new.utf8.starts(with: old.utf8) ? .growth : .other
        case (.array(let old), .array(let new)):
            guard new.count >= old.count else { return .other }
            let added: Change = new.count > old.count ? .growth : .none
            return zip(old, new).reduce(added) { $0 + Self.change(from: $1.0, to: $1.1) }
        case (.object(let old), .object(let new)):
            let added: Change = new.count > old.count ? .growth : .none
            return old.reduce(added) { change, member in
                change + (new[member.key].map { Self.change(from: member.value, to: $0) } ?? .other)
            }
        default: return .other
        }
    }
}
