/// What may stand in an HTTP header that somebody configures.
package enum HeaderRule {
    /// Whoever sets these decides where a message ends or where it goes, by which one request could be made into two.
    package static let reserved: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer",
    ]

    /// A token by RFC 9110, section 5.6.2, of at most 128 bytes.
    package static func acceptsName(_ name: String) -> Bool {
        (1...128).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in byte.isUnreserved || "!#$%&'*+^`|".utf8.contains(byte) }
    }

    /// RFC 9110, section 5.5, without the obsolete bytes above ASCII, which each server reads in its own way; at most
    /// 16 KiB.
    package static func acceptsValue(_ value: String) -> Bool {
        value.utf8.count <= 16_384 && value.utf8.allSatisfy { $0 == 0x09 || (0x20...0x7E).contains($0) }
    }
}
