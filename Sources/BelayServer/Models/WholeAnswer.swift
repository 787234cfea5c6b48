import HTTPTypes
import Hummingbird

/// An answer that isn't streamed, as it goes out.
struct WholeAnswer: Sendable, Hashable {
    var headers: HTTPFields
    var body: [UInt8]

    /// What it takes to keep it, roughly, in bytes.
    var size: Int {
        self.body.count + self.headers.reduce(64) { $0 + $1.name.rawName.utf8.count + $1.value.utf8.count }
    }

    var response: Response {
        var response = Response.json(self.body)
        response.headers.append(contentsOf: self.headers)
        return response
    }
}
