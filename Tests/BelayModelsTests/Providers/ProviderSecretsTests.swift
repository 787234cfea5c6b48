import BelayCore
import Testing

@testable import BelayModels

struct ProviderSecretsTests {
    @Test(arguments: ProviderSettings.Kind.allCases) func keysAndHeadersDoNotShow(kind: ProviderSettings.Kind) {
        let settings = ProviderSettings(
            name: "p", kind: kind, key: "hunter2-key-0000", headers: ["x-proxy-key": "hunter2-proxy-key"])
        var dumped = ""
        dump(settings, to: &dumped)
        dump(settings.makeProvider(), to: &dumped)
        #expect(!"\(settings) \(settings.makeProvider()) \(dumped)".contains("hunter2"))
    }
}
