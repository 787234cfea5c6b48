import BelayJSON
import BelayLedger
import BelayYAML

extension Budget {
    static let section = Section<Budget>(
        "How much may be spent within a period, by each of those whom it counts apart. What a model call may cost at most "
            + "is reserved before it is sent; a call that doesn't fit isn't sent.",
        make: { Budget("", per: .everything, limit: .money(.zero)) },
        keys: [
            Key(
                "per", \.scope, .word, required: true,
                "Whom it counts apart: each session, user, customer, agent or tenant, or everything together. A call that "
                    + "names no customer is not limited by a budget per customer."),
            Key(
                "period", \.period, .word, default: "`day`",
                "After which time it begins anew, in UTC. `total` never does: for sessions, or for a sum that is granted "
                    + "once."),
            Key(
                "limit", \.limit, .budgetLimit, required: true,
                "Dollars, such as `$5.00`, or tokens of input and output, such as `200000 tokens`."),
            Key(
                "enforcement", \.enforcement, .word, default: "`hard`",
                "`hard` refuses calls beyond the limit, `soft` only tells of them."),
            Key(
                "alert_percent", \.alertPercent, .integer(1...100), default: "`80`",
                "From which share of the limit on the log tells, once for each of those whom it counts and each period."
            ),
        ])
}

extension Kind where Value == BudgetLimit {
    /// An amount with its unit, more than nothing.
    static let budgetLimit = Kind(
        "amount such as `$5.00` or `200000 tokens`",
        schema: [
            "type": "string",
            "pattern": .string(
                #"^(\$[0-9]+(\.[0-9]{1,9})?|[0-9]+(\.[0-9]{1,9})? (USD|usd|dollars)|[0-9]+ tokens?|.*\$\{[^}]*\}.*)$"#),
        ]
    ) { node, reader in
        guard case .scalar(let scalar) = node.value else {
            reader.expected("an amount such as $5.00 or 200000 tokens", at: node)
            return nil
        }
        do throws(BudgetLimitProblem) {
            let limit = try BudgetLimit(scalar.text)
            if limit.units > 0 { return limit }
            reader.report("a budget of nothing admits no call; write more than 0", at: node)
        } catch {
            // What a reference brought in is never repeated.
            let words = scalar.isReferenced ? "what the reference gives is no amount with a unit" : "\(error)"
            reader.report(words, at: node)
        }
        return nil
    } render: {
        .string($0.text)
    }
}
