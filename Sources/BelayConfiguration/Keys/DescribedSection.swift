/// A section without its types: what the documentation needs of it.
struct DescribedSection: Sendable {
    struct Key: Sendable {
        var name: String
        var words: String
        var defaultWords: String
        var meaning: String
        var sections: [DescribedSection]
    }

    var suffix: String
    var summary: String
    var keys: [Key]
}
