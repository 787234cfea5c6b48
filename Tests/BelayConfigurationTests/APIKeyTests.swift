import BelayCore
import BelayJSON
import Testing

@testable import BelayConfiguration

struct APIKeyTests {
    @Test func keysHaveNamesAndTenants() throws {
        let text = """
            server:
              keys:
                - plain-key-of-ours
                - {key: "${ACME}", name: acme-app, tenant: acme}
                - {key: "${UNSET:-}", name: later}
                - {key: another-key}
            """
        let configuration = try Configuration.parse(text, environment: ["ACME": "acme-secret"])
        #expect(
            configuration.server.keys == [
                APIKey("plain-key-of-ours", name: "key-1"), APIKey("acme-secret", name: "acme-app", tenant: "acme"),
                APIKey("another-key", name: "key-3"),
            ])
        let printed = configuration.redacted()["server"]?["keys"]
        #expect(printed == ["***", ["key": "${ACME}", "name": "acme-app", "tenant": "acme"], "***"])
    }

    @Test(arguments: [
        (
            "[{key: first-key, name: a}, {key: second-key, name: a}]",
            "1:68: server.keys[1].name: an earlier key is named 'a'; choose another name"
        ),
        (
            "[{key: first-key, name: a}, first-key]",
            "1:44: server.keys[1]: this is the same key as 'a'; give each of them a key of its own"
        ),
        (
            "[{key: first-key, name: key-2}, second-key]",
            "1:48: server.keys[1]: an earlier key is named 'key-2'; choose another name"
        ),
        (
            "[{key: first-key, name: \"a b\"}]",
            "1:40: server.keys[0].name: has to be 1 to 64 letters, digits, '_' and '-'"
        ),
        (
            "[{key: first-key, tenant: \"\"}]",
            "1:42: server.keys[0].tenant: has to be 1 to 64 letters, digits, '_' and '-'"
        ),
        ("[{key: short}]", "1:23: server.keys[0].key: an API key has at least 8 characters"),
        (
            "[{key: \"***\"}]",
            "1:23: server.keys[0].key: '***' stands for a key that was not printed; put the key or a reference here"
        ),
    ])
    func whatCannotBeIsRefusedWithItsPlace(_ keys: String, _ problem: String) {
        #expect(problems("server: {keys: \(keys)}") == ["belay.yaml:\(problem)"])
    }

    @Test func noSecretStandsInAProblem() {
        let found = problems("server: {keys: [topsecret-1, {key: topsecret-1}, {name: x}, {key: topsecret-2, nam: y}]}")
        #expect(found.count == 3 && !found.joined().contains("topsecret"), "\(found)")
    }
}
