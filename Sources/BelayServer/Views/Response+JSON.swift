import BelayJSON
import Hummingbird

extension Response {
    static func json(_ value: JSON, status: HTTPResponse.Status = .ok) -> Response {
        Self.json(value.bytes(), status: status)
    }

    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
