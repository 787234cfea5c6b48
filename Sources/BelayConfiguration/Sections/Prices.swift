import BelayCore
import BelayJSON

/// A price as people write it: dollars for a million tokens.
struct PriceText: Sendable {
    var input = Money.zero
    var output = Money.zero
    var cachedInput: Money?
    var cacheWrite: Money?
    var longCacheWrite: Money?
    var reasoning: Money?
    var long: LongPriceText?

    static let section = Section<PriceText>(
        "Dollars for a million tokens, to a thousandth of a dollar. What is left out costs what its plain kind costs.",
        make: { PriceText() },
        keys: [
            Key("input", \.input, .moneyPerMillion, required: true, "Tokens of the input."),
            Key("output", \.output, .moneyPerMillion, required: true, "Tokens of the output."),
            Key(
                "cached_input", optional: \.cachedInput, .moneyPerMillion, default: "as `input`",
                "Tokens of the input that the provider had in its cache."),
            Key(
                "cache_write", optional: \.cacheWrite, .moneyPerMillion, default: "as `input`",
                "Tokens written into the provider's cache."),
            Key(
                "cache_write_1h", optional: \.longCacheWrite, .moneyPerMillion, default: "as `cache_write`",
                "Tokens written into the provider's cache for an hour."),
            Key("reasoning", optional: \.reasoning, .moneyPerMillion, default: "as `output`", "Tokens of reasoning."),
            Key(
                "long", optional: \.long, .section(LongPriceText.section), default: "none",
                "What holds for all tokens of a call whose input is long."),
        ])
}

/// The prices of calls with a long input, as people write them.
struct LongPriceText: Sendable {
    var above = 200_000
    var input = Money.zero
    var output = Money.zero
    var cachedInput: Money?
    var cacheWrite: Money?
    var longCacheWrite: Money?
    var reasoning: Money?

    static let section = Section<LongPriceText>(
        "Dollars for a million tokens of a call whose input is long.", make: { LongPriceText() },
        keys: [
            Key(
                "above", \.above, .integer(1...1_000_000_000), required: true,
                "Tokens of input above which this holds, those of the cache included."),
            Key("input", \.input, .moneyPerMillion, required: true, "Tokens of the input."),
            Key("output", \.output, .moneyPerMillion, required: true, "Tokens of the output."),
            Key(
                "cached_input", optional: \.cachedInput, .moneyPerMillion, default: "as `input`",
                "Tokens of the input that the provider had in its cache."),
            Key(
                "cache_write", optional: \.cacheWrite, .moneyPerMillion, default: "as `input`",
                "Tokens written into the provider's cache."),
            Key(
                "cache_write_1h", optional: \.longCacheWrite, .moneyPerMillion, default: "as `cache_write`",
                "Tokens written into the provider's cache for an hour."),
            Key(
                "reasoning", optional: \.reasoning, .moneyPerMillion, default: "as `output`",
                "Tokens of reasoning."),
        ])
}

extension Kind where Value == Price {
    /// A price is exact to a thousandth of a dollar for a million tokens, which is one nano-dollar for a token.
    static let price = Kind<PriceText>.section(PriceText.section).map { text in
        Price(
            input: text.input.perMillion, output: text.output.perMillion, cacheRead: text.cachedInput?.perMillion,
            cacheWrite: text.cacheWrite?.perMillion, longCacheWrite: text.longCacheWrite?.perMillion,
            reasoning: text.reasoning?.perMillion, long: text.long.map(Price.Long.init))
    } back: { price in
        PriceText(
            input: Money(perMillion: price.freshInput), output: Money(perMillion: price.output),
            cachedInput: Money(perMillion: price.cacheRead), cacheWrite: Money(perMillion: price.cacheWrite),
            longCacheWrite: Money(perMillion: price.longCacheWrite), reasoning: Money(perMillion: price.reasoning),
            long: price.long.map(LongPriceText.init))
    }
}

extension Price.Long {
    fileprivate init(_ text: LongPriceText) {
        self.init(
            above: text.above, input: text.input.perMillion, output: text.output.perMillion,
            cacheRead: text.cachedInput?.perMillion, cacheWrite: text.cacheWrite?.perMillion,
            longCacheWrite: text.longCacheWrite?.perMillion, reasoning: text.reasoning?.perMillion)
    }
}

extension LongPriceText {
    fileprivate init(_ long: Price.Long) {
        self.init(
            above: long.above, input: Money(perMillion: long.freshInput), output: Money(perMillion: long.output),
            cachedInput: Money(perMillion: long.cacheRead), cacheWrite: Money(perMillion: long.cacheWrite),
            longCacheWrite: Money(perMillion: long.longCacheWrite), reasoning: Money(perMillion: long.reasoning))
    }
}

extension Kind where Value == Money {
    fileprivate static let moneyPerMillion = Kind.money.checked { money in
        if money.nanoDollars % 1_000_000 != 0 {
            return "a price is exact to a thousandth of a dollar for a million tokens"
        }
        return money.nanoDollars > 1_000_000 * 1_000_000_000
            ? "a price is at most $1,000,000 for a million tokens" : nil
    }
}

extension Money {
    /// Dollars for a million tokens as nano-dollars for one.
    fileprivate var perMillion: Int64 { self.nanoDollars / 1_000_000 }

    /// - Parameter perMillion: Nano-dollars for a token.
    fileprivate init(perMillion: Int64) { self.init(nanoDollars: perMillion * 1_000_000) }
}
