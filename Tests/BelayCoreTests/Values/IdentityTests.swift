import BelayCore
import BelayJSON
import BelayTesting
import Testing

struct IdentityTests {
    @Test func identifiersSortByTimeAndAreSafeInAPath() {
        var random = SeededGenerator(seed: 7)
        var made: [ExecutionID] = []
        for step in 0..<1_000 {
            made.append(.make(at: Timestamp(milliseconds: 1_767_225_600_000 + Int64(step)), using: &random))
        }
        #expect(made == made.sorted() && Set(made).count == 1_000)
        #expect(made.allSatisfy { $0.rawValue.hasPrefix("exe_") && $0.rawValue.count == 30 })
        #expect(made.allSatisfy { $0.rawValue.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") } })
    }

    @Test func aDigestIgnoresSpaceAndOrderOfKeys() throws {
        #expect(
            try Digest.sha256(JSON.parse(#"{"a": 1, "b": [1, 2]}"#)) == Digest.sha256(JSON.parse(#"{"b":[1,2],"a":1}"#))
        )
        #expect(try Digest.sha256(JSON.parse(#"{"a":1}"#)) != Digest.sha256(JSON.parse(#"{"a":"1"}"#)))
        #expect(
            Digest.sha256(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test func aSecretPrintsAsStars() {
        let secret = Secret("sk-very-secret")
        var dumped = ""
        dump([secret], to: &dumped)
        #expect("\(secret) \(String(reflecting: secret)) \(String(describing: [secret]))" == "*** *** [***]")
        #expect(!dumped.contains("secret") && secret.reveal() == "sk-very-secret")
    }

    @Test func aSecretGoesIntoAnotherSecretOnly() {
        let key = Secret("sk-very-secret")
        let header: Secret = "Bearer \(key), \(7)"
        #expect(header.reveal() == "Bearer sk-very-secret, 7" && "\(header)" == "***")
        #expect("Bearer \(key)" as String == "Bearer ***")
    }

    @Test func aCursorIsReadOnlyAsItWasGiven() throws {
        let cursor = Cursor(last: "exe_0001")
        #expect(try Cursor(text: cursor.description) == cursor)
        for text in ["", "exe_0001", "c1.", "c2.exe_1", "c1." + String(repeating: "x_", count: 60)] {
            #expect(throws: CursorError.self) { try Cursor(text: text) }
        }
    }
}
