import BelayCore
import Testing

@testable import BelayModels

/// What is around the texts of a request.
struct RequestTokensTests {
    @Test func messagesToolsAndSchemasAreCounted() {
        let tokens = RequestTokens(model: "gpt-4o")
        let plain = tokens.input(of: ModelRequest(messages: [.user("How are you?")]))
        // "How", " are", " you", "?": four; three for the answer's beginning, and four for the message.
        #expect((9...13).contains(plain.expected), "\(plain)")
        let twice = tokens.input(of: ModelRequest(messages: [.user("How are you?"), .user("How are you?")]))
        #expect((7...10).contains(twice.expected - plain.expected), "\(twice)")
        var request = ModelRequest(messages: [.user("How are you?")], tools: [Samples.weather])
        let tools = tokens.input(of: request)
        #expect(tools.expected > plain.expected + 20 && tools.most > tools.expected)
        request.outputSchema = Samples.weather.parameters
        #expect(tokens.input(of: request).expected > tools.expected + 10)
    }

    @Test func anthropicsInstructionsForToolsAreCountedOnce() {
        let tokens = RequestTokens(model: "claude-sonnet-4-5")
        func expected(_ tools: [ToolDefinition]) -> Int {
            tokens.input(of: ModelRequest(messages: [.user("Hi")], tools: tools)).expected
        }
        let one = expected([Samples.weather]) - expected([])
        let two = expected([Samples.weather, Samples.weather]) - expected([Samples.weather])
        #expect(one - two == 346)
    }

    @Test func aForecastHasTheOutputThatIsAllowed() {
        let tokens = RequestTokens(model: "gpt-4o")
        var request = ModelRequest(messages: [.user("Hi")])
        let input = tokens.input(of: request).expected
        #expect(tokens.forecast(request) == input + 1_024)
        request.maxOutputTokens = 50
        #expect(tokens.forecast(request) == input + 50)
    }

    /// By the vendors' own examples: Anthropic 1092 x 1092 pixels (one patch for 28 x 28, 1,521), OpenAI 1024 x 1024 (765) and
    /// 2048 x 4096 (1,105), Gemini 258 for a small image.
    @Test(
        arguments: [
            ("claude-sonnet-4-5", 1_092, 1_092, 1_525), ("claude-sonnet-4-5", 4_000, 4_000, 1_572),
            ("claude-opus-5", 1_092, 1_092, 1_525), ("gpt-4o", 1_024, 1_024, 765), ("gpt-4o", 2_048, 4_096, 1_105),
            ("gpt-4.1-mini", 1_024, 1_024, 1_663), ("gemini-2.5-flash", 300, 200, 258),
            ("gemini-3.5-flash", 300, 200, 1_120),
        ])
    func anImageCountsAsItsVendorSays(model: String, width: Int, height: Int, tokens: Int) {
        let rule = AttachmentTokens(model: model, tokenizer: Tokenizer(model: model)).rule
        let estimate = rule.tokens(of: ImageSize(width: width, height: height))
        #expect(estimate.expected == tokens && estimate.most >= tokens)
    }

    @Test(
        arguments: [
            // The heads of files of 640 x 480, 320 x 200, 800 x 600, 16 x 9 and 1000 x 500 pixels.
            ("iVBORw0KGgoAAAANSUhEUgAAAoAAAAHgCAYAAAA10dzk", 640, 480),
            ("R0lGODlhQAHIAIAAAAAAAP///yH5BAEAAAAA", 320, 200),
            ("/9j/4AAQSkZJRgABAQAAAQABAAD/wAARCAJYAyADASIAAhEBAxEB", 800, 600),
            ("UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoQAAkAAQAcJaQAA3AA", 16, 9),
            ("UklGRiQAAABXRUJQVlA4WAoAAAAAAAAA5wMA8wEAQUxQSAAAAAAA", 1_000, 500),
        ])
    func anImagesSizeIsReadFromItsHead(data: String, width: Int, height: Int) {
        #expect(ImageSize(base64: data) == ImageSize(width: width, height: height))
    }

    @Test(arguments: ["", "AAAA", "iVBORw0KGgo", "/9j/4AAQ", "hello, world", "UklGRiQAAABXRUJQVlA4"])
    func whatIsNoImageCountsAsALargeOne(data: String) {
        #expect(ImageSize(base64: data) == nil)
        let tokens = RequestTokens(model: "claude-opus-5")
        let image = Content.image(Attachment(mediaType: "image/png", data: data))
        #expect(tokens.output(of: [image]).expected == 4_788)
    }

    @Test func aFileCountsByItsLength() {
        let tokens = RequestTokens(model: "claude-opus-5")
        func file(_ type: String, _ bytes: Int) -> TokenEstimate {
            let data = String(repeating: "A", count: bytes / 3 * 4)
            return tokens.output(of: [.file(Attachment(mediaType: type, data: data))])
        }
        #expect(file("text/plain", 3_000) == TokenEstimate(expected: 1_001, most: 3_001))
        #expect(file("application/pdf", 60_000).expected == 3 * 2_600)
        #expect(file("application/pdf", 30_000_000).most == 200_000)
        let linked = Attachment(mediaType: "application/pdf", url: "https://example.org/a.pdf")
        #expect(tokens.output(of: [.file(linked)]).most == 200_000)
    }
}
