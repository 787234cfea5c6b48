import BelayCore
import BelayJSON

/// A price as people write it: dollars for a million tokens.
struct PriceText: Sendable {
    var input = Money.zero
    var output = Money.zero
    var cachedInput: Money?
    var cacheWrite: Money?
    var reasoning: Money?

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
            Key("reasoning", optional: \.reasoning, .moneyPerMillion, default: "as `output`", "Tokens of reasoning."),
        ])
}

extension Kind where Value == Price {
    /// A price is exact to a thousandth of a dollar for a million tokens, which is one nano-dollar for a token.
    static let price = Kind<PriceText>.section(PriceText.section).map { text in
        Price(
            input: text.input.perMillion, output: text.output.perMillion, cacheRead: text.cachedInput?.perMillion,
            cacheWrite: text.cacheWrite?.perMillion, reasoning: text.reasoning?.perMillion)
    } back: { price in
        PriceText(
            input: Money(nanoDollars: price.freshInput * 1_000_000),
            output: Money(nanoDollars: price.output * 1_000_000),
            cachedInput: Money(nanoDollars: price.cacheRead * 1_000_000),
            cacheWrite: Money(nanoDollars: price.cacheWrite * 1_000_000),
            reasoning: Money(nanoDollars: price.reasoning * 1_000_000))
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
}
