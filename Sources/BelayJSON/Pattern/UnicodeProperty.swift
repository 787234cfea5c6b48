/// What `\p{…}` can ask for: a general category, or one of the binary properties that the standard library knows.
enum UnicodeProperty: Sendable {
    case categories([Unicode.GeneralCategory])
    case any
    case ascii
    case alphabetic
    case lowercase
    case uppercase
    case whitespace
    case emoji
    case idStart
    case idContinue
    case hexDigit

    /// Nil for names that ECMAScript doesn't have, and for scripts, whose tables are not at hand.
    init?(_ name: String) {
        let parts = name.split(separator: "=", maxSplits: 1)
        if parts.count == 2 {
            guard parts[0] == "General_Category" || parts[0] == "gc",
                let categories = Self.categories(String(parts[1]))
            else { return nil }
            self = .categories(categories)
        } else if let categories = Self.categories(name) {
            self = .categories(categories)
        } else {
            switch name {
            case "Any": self = .any
            case "ASCII": self = .ascii
            case "Alphabetic", "Alpha": self = .alphabetic
            case "Lowercase", "Lower": self = .lowercase
            case "Uppercase", "Upper": self = .uppercase
            case "White_Space", "space": self = .whitespace
            case "Emoji": self = .emoji
            case "ID_Start", "IDS": self = .idStart
            case "ID_Continue", "IDC": self = .idContinue
            case "Hex_Digit", "Hex": self = .hexDigit
            default: return nil
            }
        }
    }

    func contains(_ scalar: UInt32) -> Bool {
        guard let scalar = Unicode.Scalar(scalar) else { return false }
        let properties = scalar.properties
        return switch self {
        case .categories(let categories): categories.contains(properties.generalCategory)
        case .any: true
        case .ascii: scalar.isASCII
        case .alphabetic: properties.isAlphabetic
        case .lowercase: properties.isLowercase
        case .uppercase: properties.isUppercase
        case .whitespace: properties.isWhitespace
        case .emoji: properties.isEmoji
        case .idStart: properties.isIDStart
        case .idContinue: properties.isIDContinue
        case .hexDigit: properties.isHexDigit
        }
    }

    /// By the short, long and alias names of Unicode's PropertyValueAliases.
    private static func categories(_ name: String) -> [Unicode.GeneralCategory]? {
        for (names, categories) in Self.groups where names.contains(name) { return categories }
        return nil
    }

    private static let groups: [(names: [String], categories: [Unicode.GeneralCategory])] =
        Self.singles
        + [
            (["LC", "Cased_Letter"], [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter]),
            (
                ["L", "Letter"],
                [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter]
            ),
            (["M", "Mark", "Combining_Mark"], [.nonspacingMark, .spacingMark, .enclosingMark]),
            (["N", "Number"], [.decimalNumber, .letterNumber, .otherNumber]),
            (
                ["P", "Punctuation", "punct"],
                [
                    .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
                    .initialPunctuation, .finalPunctuation, .otherPunctuation,
                ]
            ),
            (["S", "Symbol"], [.mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol]),
            (["Z", "Separator"], [.spaceSeparator, .lineSeparator, .paragraphSeparator]),
            (["C", "Other"], [.control, .format, .surrogate, .privateUse, .unassigned]),
        ]

    private static let singles: [(names: [String], categories: [Unicode.GeneralCategory])] = [
        (["Lu", "Uppercase_Letter"], [.uppercaseLetter]), (["Ll", "Lowercase_Letter"], [.lowercaseLetter]),
        (["Lt", "Titlecase_Letter"], [.titlecaseLetter]), (["Lm", "Modifier_Letter"], [.modifierLetter]),
        (["Lo", "Other_Letter"], [.otherLetter]), (["Mn", "Nonspacing_Mark"], [.nonspacingMark]),
        (["Mc", "Spacing_Mark"], [.spacingMark]), (["Me", "Enclosing_Mark"], [.enclosingMark]),
        (["Nd", "Decimal_Number", "digit"], [.decimalNumber]), (["Nl", "Letter_Number"], [.letterNumber]),
        (["No", "Other_Number"], [.otherNumber]), (["Pc", "Connector_Punctuation"], [.connectorPunctuation]),
        (["Pd", "Dash_Punctuation"], [.dashPunctuation]), (["Ps", "Open_Punctuation"], [.openPunctuation]),
        (["Pe", "Close_Punctuation"], [.closePunctuation]), (["Pi", "Initial_Punctuation"], [.initialPunctuation]),
        (["Pf", "Final_Punctuation"], [.finalPunctuation]), (["Po", "Other_Punctuation"], [.otherPunctuation]),
        (["Sm", "Math_Symbol"], [.mathSymbol]), (["Sc", "Currency_Symbol"], [.currencySymbol]),
        (["Sk", "Modifier_Symbol"], [.modifierSymbol]), (["So", "Other_Symbol"], [.otherSymbol]),
        (["Zs", "Space_Separator"], [.spaceSeparator]), (["Zl", "Line_Separator"], [.lineSeparator]),
        (["Zp", "Paragraph_Separator"], [.paragraphSeparator]), (["Cc", "Control", "cntrl"], [.control]),
        (["Cf", "Format"], [.format]), (["Cs", "Surrogate"], [.surrogate]), (["Co", "Private_Use"], [.privateUse]),
        (["Cn", "Unassigned"], [.unassigned]),
    ]
}
