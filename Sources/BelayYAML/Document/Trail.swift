/// The way from the root of the file to a node. Linked, so that a node costs one step and not a copy of the whole way.
package indirect enum Trail: Sendable, CustomStringConvertible {
    case root
    case key(Trail, String)
    case index(Trail, Int)

    package var description: String {
        switch self {
        case .root: return ""
        case .key(.root, let name): return name
        case .key(let parent, let name): return "\(parent).\(name)"
        case .index(let parent, let number): return "\(parent)[\(number)]"
        }
    }
}
