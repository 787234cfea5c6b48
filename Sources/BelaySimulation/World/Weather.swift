/// How bad a world is: how likely each kind of fault is at each opportunity.
struct Weather {
    /// The store answers that it is busy, or that it can't write: nothing was written.
    var storeRefuses = 0.0
    /// The store's answer is lost, before or after it acted, or it acts later still.
    var storeLosesAnswers = 0.0
    var storeIsSlow = 0.0
    var modelFails = 0.0
    var toolFails = 0.0
    /// Jobs between two strikes at a process; nil for none.
    var strikes: ClosedRange<Int>?
    /// Whether people answer late, twice, wrongly, or not at all.
    var peopleAreUnreliable = false

    static let calm = Weather()

    static func drawn(by chance: Chance) -> Weather {
        // Now and then everything goes wrong at once.
        let force = chance.happens(0.1) ? 3.0 : 1
        func level(_ most: Double) -> Double {
            chance.happens(0.3) ? 0 : min(0.9, force * most * Double(chance.number(1...100)) / 100)
        }
        var weather = Weather()
        weather.storeRefuses = level(0.05)
        weather.storeLosesAnswers = level(0.06)
        weather.storeIsSlow = level(0.1)
        weather.modelFails = level(0.5)
        weather.toolFails = level(0.5)
        if chance.happens(0.75) {
            let least = chance.pick([30, 200, 1_000])
            weather.strikes = least...(least * 10)
        }
        weather.peopleAreUnreliable = chance.happens(0.6)
        return weather
    }
}
