import BelayCore
import BelayHTTP
import Testing

@testable import BelayModels

/// The headers by which vendors tell how much is left.
struct VendorAllowanceTests {
    private static let now = Timestamp(milliseconds: 1_767_225_600_000)  // 2026-01-01T00:00:00Z

    private static func short(_ headers: HTTPHeaderFields, _ wire: OriginalBody.Wire) -> [VendorAllowance]? {
        VendorAllowance.short(in: headers, wire: wire) { Self.now }
    }

    private static func requests(remaining: String, limit: String? = "60", reset: String?) -> HTTPHeaderFields {
        var headers: HTTPHeaderFields = ["x-ratelimit-remaining-requests": remaining]
        headers["x-ratelimit-limit-requests"] = limit
        headers["x-ratelimit-reset-requests"] = reset
        return headers
    }

    @Test(
        arguments: [
            ("1s", .seconds(1)), ("6m0s", .seconds(360)), ("12ms", .milliseconds(12)), ("1h2m3s", .seconds(3_723)),
            ("2m59.56s", .milliseconds(179_560)), ("58", .seconds(58)), ("0", .zero), ("0s", .zero),
            ("24h", .seconds(86_400)),
        ] as [(String, Duration)])
    func readsTheDurationsOfOpenAIAndAzure(reset: String, untilFull: Duration) {
        let short = Self.short(Self.requests(remaining: "0", reset: reset), .chatCompletions)
        #expect(short == [VendorAllowance(unit: .requests, limit: 60, remaining: 0, untilFull: untilFull)])
    }

    @Test(arguments: ["", "soon", "s", "1d", "-1s", "1s2", "1.2.3s", "nan", "inf", "1767225660", "25h"])
    func whatIsNoDurationHoldsNothingBack(reset: String) {
        #expect(Self.short(Self.requests(remaining: "0", reset: reset), .responses) == [])
    }

    @Test func whatIsMissingOrMakesNoSenseSaysNothing() {
        #expect(Self.short([:], .chatCompletions) == nil && Self.short([:], .messages) == nil)
        // Azure, where it doesn't count.
        #expect(Self.short(Self.requests(remaining: "-1", limit: "-1", reset: "0"), .chatCompletions) == nil)
        #expect(Self.short(Self.requests(remaining: "some", reset: "1s"), .chatCompletions) == nil)
        #expect(Self.short(Self.requests(remaining: "0", reset: nil), .chatCompletions) == [])
        #expect(Self.short(Self.requests(remaining: "0", reset: "1s"), .messages) == nil, "another vendor's")
    }

    @Test func enoughIsEnough() {
        #expect(Self.short(Self.requests(remaining: "1", reset: "59s"), .chatCompletions) == [])
        let tokens: HTTPHeaderFields = [
            "x-ratelimit-limit-tokens": "150000", "x-ratelimit-remaining-tokens": "1500",
            "x-ratelimit-reset-tokens": "59.4s",
        ]
        #expect(Self.short(tokens, .chatCompletions) == [])
    }

    @Test func readsTheDatesOfAnthropicForEachOfItsLimits() {
        var headers: HTTPHeaderFields = [:]
        for (name, reset) in [
            ("requests", "2026-01-01T00:01:00Z"), ("tokens", "2026-01-01T01:00:30+01:00"),
            ("input-tokens", "2025-12-31T23:59:00Z"), ("output-tokens", "tomorrow"),
        ] {
            headers["anthropic-ratelimit-\(name)-limit"] = "50"
            headers["Anthropic-Ratelimit-\(name)-Remaining"] = "0"
            headers["anthropic-ratelimit-\(name)-reset"] = reset
        }
        #expect(
            Self.short(headers, .messages) == [
                VendorAllowance(unit: .requests, limit: 50, remaining: 0, untilFull: .seconds(60)),
                VendorAllowance(unit: .tokens, limit: 50, remaining: 0, untilFull: .seconds(30)),
                VendorAllowance(unit: .tokens, limit: 50, remaining: 0, untilFull: .zero),
            ])
    }

    @Test(
        arguments: [
            // 60 a minute: one comes back each second.
            (VendorAllowance(unit: .requests, limit: 60, remaining: 0, untilFull: .seconds(60)), 1, 1),
            // Without a limit nothing is known but when everything is back.
            (VendorAllowance(unit: .requests, limit: nil, remaining: 0, untilFull: .seconds(60)), 60, 60),
            // A hundredth of 200,000 is 2,000, of which 500 are there.
            (VendorAllowance(unit: .tokens, limit: 200_000, remaining: 500, untilFull: .seconds(59)), 0.4436, 0),
            (VendorAllowance(unit: .tokens, limit: nil, remaining: 0, untilFull: .seconds(7)), 7, 0),
            (VendorAllowance(unit: .tokens, limit: 10, remaining: 0, untilFull: .seconds(20)), 2, 0),
            (VendorAllowance(unit: .requests, limit: 0, remaining: 0, untilFull: .seconds(9)), 9, 9),
            (VendorAllowance(unit: .requests, limit: 60, remaining: 60, untilFull: .zero), 0, 0),
        ] as [(VendorAllowance, Double, Double)])
    func aCallFitsLongBeforeTheBucketIsFull(allowance: VendorAllowance, wait: Double, spacing: Double) {
        #expect(abs(allowance.wait / .seconds(1) - wait) < 0.001)
        #expect(abs(allowance.spacing / .seconds(1) - spacing) < 0.001)
    }

    @Test func figuresOfAnySizeAreTaken() throws {
        let short = Self.short(
            Self.requests(remaining: "0", limit: "\(Int.max)", reset: "24h"), .chatCompletions)
        let wait = try #require(short?.first?.wait)
        #expect(wait < .seconds(1))
        let none = Self.short(
            Self.requests(remaining: "99999999999999999999", reset: "1s"), .chatCompletions)
        #expect(none == nil)
    }
}
