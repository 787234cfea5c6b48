extension JSONDecimal {
    /// Whether this is the divisor times an integer, exactly.
    func isMultiple(of divisor: JSONDecimal) -> Bool {
        if self.digits.isEmpty { return true }
        if divisor.digits.isEmpty { return false }
        // As integers A and B with powers of ten: A × 10^a and B × 10^b, neither divisible by ten.
        let shift = (self.scale - self.digits.count) - (divisor.scale - divisor.digits.count)
        // A is not divisible by ten, so B × 10^-shift cannot divide it.
        guard shift >= 0 else { return false }
        // 10^k contains every factor 2 and 5 of B once k reaches the number of B's bits.
        let zeros = min(shift, divisor.digits.count * 4)
        if divisor.digits.count <= 17 {
            let modulus = divisor.digits.reduce(UInt64(0)) { $0 * 10 + UInt64($1) }
            // Below 10^17, so that ten times a remainder still fits.
            var remainder = self.digits.reduce(UInt64(0)) { ($0 * 10 + UInt64($1)) % modulus }
            for _ in 0..<zeros { remainder = remainder * 10 % modulus }
            return remainder == 0
        }
        var remainder = DecimalRemainder(modulus: divisor.digits)
        for digit in self.digits { remainder.append(digit) }
        for _ in 0..<zeros { remainder.append(0) }
        return remainder.isZero
    }
}

/// The remainder of a number that is fed digit by digit, for divisors beyond machine integers. Schoolbook division:
/// quadratic, but numbers have at most 1,024 digits.
private struct DecimalRemainder {
    /// Digits from the most significant; one more than `value` needs, for the tenfold.
    private let modulus: [UInt8]
    private var value: [UInt8]

    init(modulus: [UInt8]) {
        self.modulus = [0] + modulus
        self.value = Array(repeating: 0, count: modulus.count + 1)
    }

    var isZero: Bool { self.value.allSatisfy { $0 == 0 } }

    mutating func append(_ digit: UInt8) {
        self.value.removeFirst()  // Zero, since the value is less than the modulus.
        self.value.append(digit)
        while !self.value.lexicographicallyPrecedes(self.modulus) { self.subtractModulus() }
    }

    private mutating func subtractModulus() {
        var borrow: UInt8 = 0
        for position in self.value.indices.reversed() {
            let subtrahend = self.modulus[position] + borrow
            borrow = self.value[position] < subtrahend ? 1 : 0
            self.value[position] = self.value[position] + borrow * 10 - subtrahend
        }
    }
}
