extension FixedWidthInteger {
    /// The sum, or the nearest value that there is: figures of providers and prices of configurations are not ours to
    /// trust, and an absurd one must not end the process.
    package func saturatingSum(_ other: Self) -> Self {
        let (sum, overflow) = self.addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }

    /// The difference, or the nearest value that there is.
    package func saturatingDifference(_ other: Self) -> Self {
        let (difference, overflow) = self.subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }

    /// The product, or the nearest value that there is.
    package func saturatingProduct(_ other: Self) -> Self {
        let (product, overflow) = self.multipliedReportingOverflow(by: other)
        return overflow ? ((self < 0) == (other < 0) ? .max : .min) : product
    }
}
