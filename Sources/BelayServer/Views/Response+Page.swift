import BelayCore
import BelayJSON
import Hummingbird

extension Response {
    static func page(_ items: [JSON], next: Cursor?) -> Response {
        .json(["items": .array(items), "next": next.map { .string("\($0)") } ?? .null])
    }
}
