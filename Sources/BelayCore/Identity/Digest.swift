import BelayJSON
import Crypto

/// Fingerprints of things that must not change behind somebody's back.
public enum Digest {
    /// SHA-256 in hexadecimal.
    public static func sha256(_ bytes: [UInt8]) -> String {
        let alphabet = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(64)
        for byte in SHA256.hash(data: bytes) {
            text.append(alphabet[Int(byte >> 4)])
            text.append(alphabet[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// SHA-256 of the canonical form, so that white space and the order of keys don't matter.
    public static func sha256(_ json: JSON) -> String { Self.sha256(json.canonicalBytes()) }
}
