import BelayIngress
import BelayModels

/// The models behind the OpenAI- and Anthropic-compatible routes.
public struct ModelAccess: Sendable {
    public var gateway: Gateway
    /// By which names clients ask for them.
    public var names: ModelNames
    /// Bytes of a request's body, which may hold images. Default 16 MiB.
    public var maxBodyBytes: Int
    /// Bytes of one image or file that a request holds, decoded. Default 10 MiB.
    public var maxAttachmentBytes: Int
    /// Tools come with the same schemas again and again.
    let schemas = RememberedSchemas()

    public init(gateway: Gateway, names: ModelNames, maxBodyBytes: Int = 16 << 20, maxAttachmentBytes: Int = 10 << 20) {
        self.gateway = gateway
        self.names = names
        self.maxBodyBytes = maxBodyBytes
        self.maxAttachmentBytes = maxAttachmentBytes
    }
}
