import BelayModels

extension UserMessages {
    static let section = Section<UserMessages>(
        "What users are told when no model answered: plain words for people, in their language. They stand in the "
            + "journal, in streams and in results.",
        make: { UserMessages() },
        keys: [
            Key("model_unavailable", \.modelUnavailable, .message, "No model is available."),
            Key("taking_too_long", \.takingTooLong, .message, "It takes too long."),
            Key("refused", \.refused, .message, "The content was refused."),
            Key("too_long", \.tooLong, .message, "The conversation no longer fits."),
            Key(
                "misconfigured", \.misconfigured, .message,
                "The request or the configuration is at fault, so that a person has to look at it."),
        ])
}

extension Kind where Value == String {
    /// A text for people, short enough for every screen.
    fileprivate static let message = Kind.nonEmptyText.checked { text in
        text.count <= 1_000 ? nil : "is longer than 1000 characters"
    }
}
