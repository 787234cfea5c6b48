/// Replaces parts of the text of scalars after a file was parsed, as `${NAME}` in a configuration.
package protocol Substitution {
    /// - Returns: The text with everything replaced, and whether there was anything: such a text is never repeated in a
    ///   message.
    mutating func resolve(_ text: String) throws(SubstitutionFailure) -> (text: String, hadReference: Bool)
}

/// Why something has no value: a sentence without the value of anything.
package struct SubstitutionFailure: Error, Equatable {
    package var message: String

    package init(message: String) { self.message = message }
}

/// Leaves every text as it stands.
package struct NoSubstitution: Substitution {
    package init() {}

    package func resolve(_ text: String) -> (text: String, hadReference: Bool) { (text, false) }
}
