import BelayJSON

/// What the server answered.
struct Reply: Sendable {
    struct Malformed: Error { var head: String }

    var status: Int
    /// By name in lower case.
    var headers: [String: String] = [:]
    var body: [UInt8] = []

    init(head: String) throws {
        let lines = head.split(separator: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
            throw Malformed(head: head)
        }
        self.status = status
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            self.headers[parts[0].lowercased()] = parts.count == 2 ? String(parts[1].drop { $0 == " " }) : ""
        }
    }

    var json: JSON { get throws { try JSON.parse(self.body) } }
    var code: String? { (try? self.json)?["code"]?.stringValue }
    var detail: String { (try? self.json)?["detail"]?.stringValue ?? String(decoding: self.body, as: UTF8.self) }
    var isProblem: Bool {
        guard let json = try? self.json else { return false }
        return self.headers["content-type"] == "application/problem+json"
            && json["status"]?.intValue == self.status && json["title"]?.stringValue != nil
            && json["type"]?.stringValue == "urn:belay:problem:\(self.code ?? "")" && !self.detail.isEmpty
    }
}
