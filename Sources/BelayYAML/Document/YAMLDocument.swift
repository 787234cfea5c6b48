import Foundation
import Yams

/// Turns the text of a file into located nodes: aliases and references resolved, everything bounded.
package struct YAMLDocument {
    /// The largest file, in bytes.
    package static let maximumBytes = 1 << 20
    /// Nodes after aliases are resolved.
    package static let maximumNodes = 100_000
    package static let maximumDepth = 100
    package static let maximumKeyCharacters = 256

    private var substitution: any Substitution
    private var anchors: [String: Node] = [:]
    private var nodes = 0
    private var openAliases = 0

    private init(substitution: any Substitution) { self.substitution = substitution }

    /// - Returns: The root, or nil when there is nothing to go on with; the reader knows why.
    package static func read(
        _ text: String, substituting substitution: any Substitution = NoSubstitution(), into reader: inout Reader
    ) -> Located? {
        guard text.utf8.count <= Self.maximumBytes else {
            reader.report("the file is larger than \(Self.maximumBytes >> 20) MiB", at: .file, key: .root)
            return nil
        }
        guard let hidden = AliasMask.hide(text) else {
            reader.report("the file holds the character U+E000, which has no meaning", at: .file, key: .root)
            return nil
        }
        // Some editors put a mark of the byte order first, which is no part of the text.
        let masked = hidden.first == "\u{FEFF}" ? String(hidden.dropFirst()) : hidden
        do {
            // The basic resolver guesses no types: what a scalar is depends on the key that it stands at.
            let parser = try Yams.Parser(yaml: masked, resolver: .basic, encoding: .utf8)
            let root = try parser.singleRoot()
            var document = YAMLDocument(substitution: substitution)
            // Nodes hold their anchors weakly; the parser owns them.
            return withExtendedLifetime(parser) {
                root.flatMap { document.locate($0, trail: .root, depth: 0, into: &reader) }
                    ?? Located(value: .null, position: .file, trail: .root)
            }
        } catch let error as YamlError {
            SyntaxProblem(error, text: masked).report(into: &reader)
        } catch {
            reader.report("the file cannot be read as YAML: \(error)", at: .file, key: .root)
        }
        return nil
    }

    private mutating func locate(_ node: Node, trail: Trail, depth: Int, into reader: inout Reader) -> Located? {
        let position = node.mark.map { Position(line: $0.line, column: $0.column) } ?? .file
        self.nodes += 1
        guard self.nodes <= Self.maximumNodes else {
            // Said once: whatever comes after is left out in silence.
            if self.nodes == Self.maximumNodes + 1 {
                let message = "the file has more than \(Self.maximumNodes) values once its aliases are written out"
                reader.report(message, at: position, key: trail)
            }
            return nil
        }
        var located = Located(value: .unreadable, position: position, trail: trail)
        guard depth <= Self.maximumDepth else {
            reader.report("nested deeper than \(Self.maximumDepth) levels", at: located)
            return located
        }
        // An alias inside its own anchor finds nothing, and what an alias repeats defines no anchors again.
        defer { if let anchor = node.anchor, self.openAliases == 0 { self.anchors[anchor.rawValue] = node } }
        switch node {
        case .scalar(let scalar) where scalar.style == .plain && AliasMask.isAlias(scalar.string):
            return self.dereference(scalar, at: located, depth: depth, into: &reader)
        case .scalar(let scalar): located.value = self.scalar(scalar, at: located, into: &reader)
        case .sequence(let sequence):
            guard self.refuseTag(sequence.tag, at: located, into: &reader) else { return located }
            let elements = sequence.enumerated().compactMap { index, element in
                self.locate(element, trail: .index(trail, index), depth: depth + 1, into: &reader)
            }
            located.value = .list(elements)
        case .mapping(let mapping):
            guard self.refuseTag(mapping.tag, at: located, into: &reader) else { return located }
            located.value = .mapping(self.entries(mapping, trail: trail, depth: depth, into: &reader))
        case .alias: preconditionFailure("Aliases are masked before the file is parsed.")
        }
        return located
    }

    private mutating func entries(
        _ mapping: Node.Mapping, trail: Trail, depth: Int, into reader: inout Reader
    ) -> [Located.Entry] {
        mapping.compactMap { key, value in
            let position = key.mark.map { Position(line: $0.line, column: $0.column) } ?? .file
            guard case .scalar(let scalar) = key, scalar.style != .plain || !AliasMask.isAlias(scalar.string) else {
                reader.report("a key has to be plain text", at: position, key: trail)
                return nil
            }
            let name = AliasMask.restore(scalar.string)
            if name == "<<", scalar.style == .plain {
                let message = "merge keys have no meaning here; write the keys out, or give the whole mapping an alias"
                reader.report(message, at: position, key: .key(trail, name))
                return nil
            }
            guard name.count <= Self.maximumKeyCharacters else {
                let message = "a key is longer than \(Self.maximumKeyCharacters) characters"
                reader.report(message, at: position, key: trail)
                return nil
            }
            guard let node = self.locate(value, trail: .key(trail, name), depth: depth + 1, into: &reader) else {
                return nil
            }
            return Located.Entry(key: name, position: position, value: node)
        }
    }

    private mutating func dereference(
        _ scalar: Node.Scalar, at place: Located, depth: Int, into reader: inout Reader
    ) -> Located {
        let text = AliasMask.restore(scalar.string)
        guard let node = self.anchors[String(text.dropFirst())] else {
            let message =
                "'\(text.prefix(40))' is an alias, and no anchor before it has that name; put text that begins with "
                + "* in quotes"
            reader.report(message, at: place)
            return place
        }
        self.openAliases += 1
        defer { self.openAliases -= 1 }
        // The anchored node's own place is kept for its inside; the alias itself is where the value was put.
        var copy = self.locate(node, trail: place.trail, depth: depth, into: &reader) ?? place
        copy.position = place.position
        return copy
    }

    private mutating func scalar(
        _ scalar: Node.Scalar, at place: Located, into reader: inout Reader
    ) -> Located.Value {
        guard self.refuseTag(scalar.tag, at: place, into: &reader) else { return .unreadable }
        let isPlain = scalar.style == .plain
        do {
            let source = AliasMask.restore(scalar.string)
            let (text, isReferenced) = try self.substitution.resolve(source)
            if isPlain, text.isEmpty || text == "~" || text == "null" { return .null }
            return .scalar(
                Located.Scalar(text: text, isPlain: isPlain, isReferenced: isReferenced, source: source))
        } catch {
            reader.report(error.message, at: place)
            return .unreadable
        }
    }

    /// - Returns: Whether the node has no tag.
    private func refuseTag(_ tag: Tag, at place: Located, into reader: inout Reader) -> Bool {
        let known: Set<String> = ["", "!", Tag.Name.str.rawValue, Tag.Name.seq.rawValue, Tag.Name.map.rawValue]
        guard !known.contains(tag.description) else { return true }
        reader.report("YAML tags such as '\(tag.description.prefix(60))' have no meaning here", at: place)
        return false
    }
}
