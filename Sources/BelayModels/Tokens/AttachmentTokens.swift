import BelayCore

/// What images and files count as, by the rules that the vendors document.
///
/// An image whose size isn't known (by its address, or in a format that isn't read) counts as one of the largest. Pages of a
/// document aren't counted: they are guessed from its length.
struct AttachmentTokens: Sendable, Hashable {
    /// How the tokens of an image follow from its size in pixels.
    enum Rule: Sendable, Hashable {
        /// One for each square of pixels, after it was made to fit.
        case patches(side: Int, longestEdge: Int, mostPatches: Int, limit: Int, percent: Int)
        /// So many for each square of 512 pixels after it was made to fit into 2,048 and its shorter side into 768.
        case tiles(base: Int, tile: Int)
        /// 258 for each square of 768 pixels, and for an image of 384 pixels at most.
        case gemini
        case fixed(Int, most: Int)
    }

    let rule: Rule
    /// Of a document.
    let page: TokenEstimate

    init(model: String, tokenizer: Tokenizer) {
        let name = model.lowercased().split(separator: "/").last ?? ""
        switch tokenizer {
        case .claude:
            self.rule = .patches(side: 28, longestEdge: 1_568, mostPatches: 1_568, limit: 1_568, percent: 100)
            self.page = TokenEstimate(expected: 2_300, most: 4_600)
        case .newerClaude:
            self.rule = .patches(side: 28, longestEdge: 2_576, mostPatches: 4_784, limit: 4_784, percent: 100)
            self.page = TokenEstimate(expected: 2_600, most: 7_800)
        case .cl100k, .o200k, .deepSeek, .tekken, .typical:
            let fitting = Self.families.filter { name.hasPrefix($0.prefix) }
            self.rule = fitting.max { $0.prefix.count < $1.prefix.count }?.rule ?? .fixed(1_600, most: 4_800)
            self.page =
                name.hasPrefix("gemini")
                ? TokenEstimate(expected: 560, most: 1_120) : TokenEstimate(expected: 1_500, most: 4_600)
        }
    }

    private struct Family {
        var prefix: String
        var rule: Rule
    }

    /// The longest prefix that fits counts. From the vendors' pages "Images and vision" and "Media resolution"; where OpenAI's
    /// page and its bills differ, the larger figure.
    private static let families = [
        Family(prefix: "gpt-4", rule: .tiles(base: 85, tile: 170)),
        Family(prefix: "chatgpt-4o", rule: .tiles(base: 85, tile: 170)),
        Family(prefix: "gpt-4o-mini", rule: .tiles(base: 2_833, tile: 5_667)),
        Family(prefix: "gpt-4.1-mini", rule: .openAI(percent: 162)),
        Family(prefix: "gpt-4.1-nano", rule: .openAI(percent: 246)),
        Family(prefix: "o1", rule: .tiles(base: 75, tile: 150)),
        Family(prefix: "o3", rule: .tiles(base: 75, tile: 150)),
        Family(prefix: "o4-mini", rule: .openAI(percent: 172)),
        Family(prefix: "gpt-5", rule: .tiles(base: 70, tile: 140)),
        Family(prefix: "gpt-5-mini", rule: .openAI(percent: 162)),
        Family(prefix: "gpt-5-nano", rule: .openAI(percent: 246)),
        Family(prefix: "gpt-5.", rule: .openAI(percent: 120, mostPatches: 2_500, limit: 10_000)),
        Family(prefix: "gpt-6", rule: .openAI(percent: 120, mostPatches: 2_500, limit: 10_000)),
        Family(prefix: "gemini", rule: .fixed(1_120, most: 2_240)),
        Family(prefix: "gemini-1", rule: .gemini), Family(prefix: "gemini-2", rule: .gemini),
    ]

    func image(_ image: Attachment) -> TokenEstimate {
        guard let data = image.data, let size = ImageSize(base64: data) else { return self.rule.ofTheLargest }
        return self.rule.tokens(of: size)
    }

    /// A text by its length; a document by pages of 30,000 bytes, and at most one for each 2,000 bytes.
    func file(_ file: Attachment) -> TokenEstimate {
        guard let data = file.data else { return TokenEstimate(expected: 10 * self.page.expected, most: 200_000) }
        let bytes = data.utf8.count / 4 * 3
        if file.mediaType.hasPrefix("text/") || file.mediaType.hasSuffix("json") || file.mediaType.hasSuffix("xml") {
            return TokenEstimate(expected: bytes / 3 + 1, most: bytes + 1)
        }
        let pages = (expected: 1 + bytes / 30_000, most: 1 + bytes / 2_000)
        return TokenEstimate(
            expected: pages.expected * self.page.expected, most: min(200_000, pages.most * self.page.most))
    }
}

extension AttachmentTokens.Rule {
    fileprivate static func openAI(percent: Int, mostPatches: Int = 1_536, limit: Int = 1_536) -> Self {
        .patches(side: 32, longestEdge: 65_536, mostPatches: mostPatches, limit: limit, percent: percent)
    }

    func tokens(of size: ImageSize) -> TokenEstimate {
        switch self {
        case .patches(let side, let longestEdge, let mostPatches, let limit, let percent):
            let fitted = size.fitted(into: longestEdge)
            let patches = fitted.squares(of: side)
            let tokens = (min(patches, mostPatches) * percent + 99) / 100
            return TokenEstimate(expected: tokens + 4, most: (min(patches, limit) * percent + 99) / 100 + 20)
        case .tiles(let base, let tile):
            let tokens = base + tile * size.fitted(into: 2_048).fitted(shorterInto: 768).squares(of: 512)
            return TokenEstimate(expected: tokens, most: tokens + tile)
        case .gemini:
            let tokens = max(size.width, size.height) <= 384 ? 258 : 258 * size.squares(of: 768)
            return TokenEstimate(expected: tokens, most: 2 * tokens)
        case .fixed(let tokens, let most): return TokenEstimate(expected: tokens, most: most)
        }
    }

    /// Of an image that is made smaller before it is counted.
    var ofTheLargest: TokenEstimate { self.tokens(of: ImageSize(width: 2_048, height: 2_048)) }
}
