import BelayJSON

/// What a call of a tool costs.
///
/// It is reserved in all budgets that count the execution before the call is sent, and settled after it.
public struct ToolCost: Sendable, Hashable {
    /// The most that a call may cost.
    public static let largest = Money(microDollars: 1_000_000_000)

    /// What every call costs; with ``reported`` the most that is reserved for one. More than nothing, at most ``largest``.
    public var amount: Money
    /// A JSON Pointer (RFC 6901) into the result, to the dollars that the call has cost; nil when all calls cost ``amount``.
    public var reported: String?

    public init(_ amount: Money, reported: String? = nil) {
        self.amount = amount
        self.reported = reported
    }

    /// What is wrong with it, and what to do; nil when it is sound.
    package var defect: String? {
        if self.amount <= .zero || self.amount > Self.largest {
            return
                "its cost is \(self.amount) a call; make it more than $0 and at most \(Self.largest), or leave it out"
        }
        guard let reported, reported.isEmpty || JSONPointer.tokens(reported) == nil else { return nil }
        return "its cost is to be read at \"\(reported)\", which is no JSON Pointer; write one such as /cost_usd"
    }
}

extension ToolCost {
    /// JSON that is larger is not looked into.
    private static let maxOutputBytes = 64 << 20

    /// Of a call that happened, as far as anybody knows.
    package var doubtful: ToolBill { ToolBill(self.amount, isEstimate: true) }

    /// Of a call with this result, before anything of it is cut.
    package func bill(for output: String) -> ToolBill {
        guard let reported else { return ToolBill(self.amount) }
        // Of two costs under one key nobody can tell which is right.
        let limits = JSON.Limits(bytes: Self.maxOutputBytes, allowsRepeatedKeys: false)
        guard let json = try? JSON.parse(output, limits: limits) else {
            return self.reserved(.unreadable)
        }
        let told = (JSONPointer.tokens(reported) ?? []).reduce(Optional(json)) { value, token in
            value.flatMap { JSONPointer.value(token, in: $0) }
        }
        switch told {
        case nil, .null?: return self.reserved(.missing)
        case .int(let dollars)?: return self.bill(JSON.Number("\(dollars)"))
        case .number(let dollars)?: return self.bill(dollars)
        case .string(let text)?:
            return self.bill(JSON.Number(String(text.hasPrefix("$") ? text.dropFirst() : text[...])), isText: true)
        case .bool?, .array?, .object?: return self.reserved(.unreadable)
        }
    }

    /// Less than a nano-dollar counts as one.
    private func bill(_ dollars: JSON.Number?, isText: Bool = false) -> ToolBill {
        guard let dollars else { return self.reserved(.unreadable) }
        if dollars.isNegative { return self.reserved(.negative) }
        guard let told = dollars.roundedUp(timesTenTo: 9).map(Money.init(nanoDollars:)), told <= Self.largest else {
            return self.reserved(.absurd)
        }
        return ToolBill(told, anomaly: told > self.amount ? .aboveMost : isText ? .text : nil)
    }

    private func reserved(_ anomaly: ToolCostAnomaly) -> ToolBill {
        ToolBill(self.amount, isEstimate: true, anomaly: anomaly)
    }
}
