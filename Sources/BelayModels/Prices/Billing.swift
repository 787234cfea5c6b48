import BelayCore

/// What an attempt on one path costs.
struct Billing: Sendable {
    /// Nil when it is unknown.
    let price: Price?
    /// Whose tokens are estimated where nobody counted them.
    let model: String
    /// Which list the price is from; nil for one of the application's own.
    let priceVersion: String?

    init(price: Price?, model: String = "", priceVersion: String? = nil) {
        self.price = price
        self.model = model
        self.priceVersion = priceVersion
    }

    /// What is to be paid, and for what.
    struct Bill: Sendable, Hashable {
        /// As it was reported; what wasn't is estimated. With all that was wrong with it.
        var usage: Usage
        var cost: Cost

        var anomalies: Set<UsageAnomaly> { self.usage.anomalies }
    }

    /// The bill for an answer.
    ///
    /// - Parameter limit: The most output that was asked for; nil for none.
    func bill(for answer: ModelAnswer, to request: ModelRequest, limit: Int? = nil) -> Bill {
        var usage = answer.usage
        if usage == .zero { usage.anomalies.insert(.missing) }
        if usage.totalInput == 0 {
            if answer.usage != .zero { usage.anomalies.insert(.noInput) }
            usage.freshInput = RequestTokens(model: self.model).input(of: request).expected
        }
        if usage.totalOutput == 0 {
            let written = RequestTokens(model: self.model).output(of: answer.content).expected
            if answer.usage != .zero, written > 0 { usage.anomalies.insert(.noOutput) }
            usage.output = written
        }
        if let limit, limit > 0, usage.totalOutput > limit { usage.anomalies.insert(.outputAboveLimit) }
        return Bill(usage: usage, cost: self.cost(of: usage))
    }

    /// The bill for embeddings, which have no output.
    func bill(for embeddings: Embeddings, to request: EmbeddingRequest) -> Bill {
        var usage = embeddings.usage
        if usage.totalInput == 0 {
            usage.anomalies.insert(usage == .zero ? .missing : .noInput)
            usage.freshInput = RequestTokens(model: self.model).input(of: request).expected
        }
        return Bill(usage: usage, cost: self.cost(of: usage))
    }

    /// The cost of an answer. What the provider didn't report is estimated.
    func cost(of answer: ModelAnswer, to request: ModelRequest) -> Cost { self.bill(for: answer, to: request).cost }

    /// The bill for an attempt that brought no answer, whoever or whatever ended it.
    ///
    /// - Nothing, when nothing was sent, or the provider answered with an HTTP error and no usage: vendors don't bill those.
    /// - What was reported, when that is the usage of the whole answer: one that is refused, empty or filtered was written
    ///   all the same.
    /// - Else an estimate. Its input is what was reported, or follows from the request's texts; its output is as much
    ///   as was reported, and no less than what had come.
    ///
    /// That goes for an attempt of which not a byte came back, too: the connection was reset, or a deadline of ours was
    /// over. It may be that no model has read it. But a vendor whose model did goes on and bills, and has nobody left to
    /// tell; and no sign tells the two apart. Of the two ways to be wrong, an amount that is marked as an estimate and too
    /// high by the price of the input can be seen and put right, and keeps budgets honest; a zero does neither.
    ///
    /// - Parameter input: Tokens of the request, estimated.
    /// - Returns: Nil for nothing; of `unknown` cost when there is something to pay and nobody knows the price.
    func bill(forUnanswered reading: UsageMeter.Reading, input: @autoclosure () -> Int) -> Bill? {
        var usage = reading.usage ?? .zero
        usage.anomalies.formUnion(reading.anomalies)
        guard reading.stage == .sent || usage != .zero else { return nil }
        let isWhole = usage.totalInput > 0 && (reading.isFinal || reading.stage == .refused)
        if isWhole || usage.reportedCost != nil { return Bill(usage: usage, cost: self.cost(of: usage)) }
        if usage.totalInput == 0 { usage.freshInput = input() }
        usage.output += max(0, reading.writtenTokens - usage.totalOutput)
        return Bill(usage: usage, cost: self.cost(of: usage).asEstimate)
    }

    func bill(forUnanswered reading: UsageMeter.Reading, to request: ModelRequest) -> Bill? {
        self.bill(forUnanswered: reading, input: RequestTokens(model: self.model).input(of: request).expected)
    }

    private func cost(of usage: Usage) -> Cost {
        if let reported = usage.reportedCost { return .known(reported) }
        guard let price = self.price else { return .unknown }
        let amount = price.cost(of: usage)
        let isEstimate = price.isEstimate || usage.anomalies.contains(where: \.makesEstimate)
        return isEstimate ? .estimated(amount) : .known(amount)
    }
}

extension Cost {
    fileprivate var asEstimate: Cost { self.amount.map(Cost.estimated) ?? .unknown }
}
