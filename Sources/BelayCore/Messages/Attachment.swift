/// An image or a file inside a message.
public struct Attachment: Sendable, Hashable, Codable {
    public var mediaType: String
    /// Base64, when the bytes travel with the message.
    public var data: String?
    /// Where the provider fetches the bytes itself.
    public var url: String?
    public var name: String?

    public init(mediaType: String, data: String? = nil, url: String? = nil, name: String? = nil) {
        self.mediaType = mediaType
        self.data = data
        self.url = url
        self.name = name
    }
}
