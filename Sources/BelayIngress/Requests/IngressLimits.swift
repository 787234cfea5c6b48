import BelayJSON

/// How much of a request is taken, and how it is read.
package struct IngressLimits: Sendable, Hashable {
    /// Size and depth of the body. Default: 16 MiB, 128.
    package var body: JSON.Limits
    /// One image or file, decoded. Default: 20 MiB.
    package var attachmentBytes: Int
    /// Images and files of a request. Default: 500.
    package var attachments: Int
    /// Messages or items of a conversation. Default: 100,000, as Anthropic documents.
    package var messages: Int
    /// Tools of a request. Default: 1,024.
    package var tools: Int
    /// Whether parameters that the vendor doesn't have are passed through instead of refused. Default: false.
    package var allowsUnknownParameters: Bool

    package init(
        body: JSON.Limits = .default, attachmentBytes: Int = 20 << 20, attachments: Int = 500,
        messages: Int = 100_000, tools: Int = 1_024, allowsUnknownParameters: Bool = false
    ) {
        self.body = body
        self.attachmentBytes = attachmentBytes
        self.attachments = attachments
        self.messages = messages
        self.tools = tools
        self.allowsUnknownParameters = allowsUnknownParameters
    }
}
