import HTTPTypes
import Hummingbird

/// An answer in one piece, as it goes out: one that isn't streamed, or a stream of which all is known.
struct WholeAnswer: Sendable, Hashable {
    var headers: HTTPFields
    var body: [UInt8]
    /// Then its headers say of what form it is.
    var isStream = false

    /// What it takes to keep it, roughly, in bytes.
    var size: Int {
        self.body.count + self.headers.reduce(64) { $0 + $1.name.rawName.utf8.count + $1.value.utf8.count }
    }

    var response: Response {
        var response =
            self.isStream
            ? Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(bytes: self.body))) : .json(self.body)
        response.headers.append(contentsOf: self.headers)
        return response
    }
}
