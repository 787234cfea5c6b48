import Testing

@testable import BelayConfiguration

struct ProjectTemplateTests {
    @Test func itsConfigurationHasNoProblems() throws {
        let folder = try TemporaryFolder()
        for file in ProjectTemplate.assistant.files { try folder.write(file.path, file.content) }
        let configuration = try Configuration.load(folder.path + "/belay.yaml", environment: [:])
        #expect(configuration.agents.map(\.name) == ["assistant"])
        #expect(configuration.agents[0].instructions.contains("assistant"))
        #expect(configuration.providers[0].baseURL == "http://127.0.0.1:8722/v1")
    }

    @Test func itsFilesStayInsideTheProject() {
        for file in ProjectTemplate.assistant.files {
            #expect(!file.path.hasPrefix("/") && !file.path.split(separator: "/").contains(".."))
            #expect(file.content.hasSuffix("\n") && !file.content.hasSuffix("\n\n"))
        }
    }

    @Test func itKeepsSecretsAndDataOutOfGit() throws {
        let ignored = try #require(ProjectTemplate.assistant.files.first { $0.path == ".gitignore" })
        for name in [".env", "belay.db", "belay.db-wal", "secrets/"] {
            #expect(ignored.content.split(separator: "\n").contains(Substring(name)))
        }
    }
}
