import BelayCore
import BelayModels
import Testing

struct ModelNamesTests {
    private let names = ModelNames(
        routes: [
            Route(name: "default", paths: [.init("openai", "gpt-4o"), .init("anthropic", "claude-sonnet")]),
            Route(name: "cheap", paths: [.init("local", "gpt-4o")]),
        ], providers: ["openai", "anthropic", "local"], agents: ["support"],
        aliases: [
            .init("fast", "route/cheap"), .init("claude-*", "anthropic/claude-*"), .init("claude-3*", "route/default"),
            .init("*-local", "local/*"), .init("helpdesk", "agent/support"), .init("lost", "route/gone"),
        ])

    @Test(arguments: [
        ("fast", "route/cheap"), ("route/default", "route/default"), ("agent/support", "agent/support"),
        ("helpdesk", "agent/support"), ("openai/anything/at-all", "openai/anything/at-all"), ("cheap", "route/cheap"),
        ("gpt-4o", "openai/gpt-4o"), ("claude-sonnet", "anthropic/claude-sonnet"), ("claude-x", "anthropic/claude-x"),
        ("claude-3-5", "route/default"), ("llama-local", "local/llama"), ("claude-", "anthropic/claude-"),
    ])
    func aNameStandsForATarget(name: String, target: String) {
        #expect(self.names.target(of: name)?.description == target)
    }

    @Test(arguments: ["", "/", "route/", "route/none", "agent/none", "azure/gpt-4o", "gpt-5", "lost", "-local/"])
    func aNameThatNothingHas(name: String) {
        #expect(self.names.target(of: name) == nil)
    }

    @Test func aWildcardDoesNotOverlapItself() {
        let names = ModelNames(routes: [], providers: ["p"], aliases: [.init("ab*ba", "p/x*x")])
        #expect(names.target(of: "aba") == nil)
        #expect(names.target(of: "abba")?.description == "p/xx")
        #expect(names.target(of: "ab*ba")?.description == "p/x*x")
    }

    @Test func listsHoldEachNameOnce() {
        #expect(
            self.names.listed == [
                "fast", "helpdesk", "lost", "route/default", "route/cheap", "agent/support", "openai/gpt-4o",
                "anthropic/claude-sonnet", "local/gpt-4o",
            ])
    }
}
