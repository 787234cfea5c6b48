/// What every model provider accepts as the name of a tool.
package enum ToolNameRule {
    package static let words = "1 to 64 letters, digits, '_' and '-'"

    package static func accepts(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && name.unicodeScalars.allSatisfy(Self.accepts)
    }

    /// What an MCP server's tool is called here: what no provider accepts is replaced by `_`, and nothing is cut, so
    /// that two names don't become one in silence; a name that is too long fails at registration.
    package static func name(of tool: String, prefix: String) -> String {
        prefix + String(tool.unicodeScalars.map { Self.accepts($0) ? Character($0) : "_" })
    }

    private static func accepts(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "A"..."Z", "a"..."z", "0"..."9", "_", "-": true
        default: false
        }
    }
}
