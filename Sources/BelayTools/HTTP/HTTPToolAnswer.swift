import BelayCore
import BelayHTTP
import BelayJSON

/// What a service answered, and what that means for the call.
struct HTTPToolAnswer: Sendable {
    /// How much of an error's body is read for its message.
    private static let maxErrorBytes = 64 << 10
    private static let maxMessageCharacters = 1_000

    private let response: HTTPResponse

    init(_ response: HTTPResponse) {
        self.response = response
    }

    var status: Int { self.response.status }

    /// The body of a success.
    ///
    /// - Throws: `ToolFailure` for every other status, for a body that is too large, and for one that is not text.
    func output(maxBytes: Int) async throws -> String {
        guard (200...299).contains(self.status) else { throw await self.failure() }
        let bytes: [UInt8]
        do {
            bytes = try await self.response.body.collect(upTo: maxBytes)
        } catch let error as HTTPTransportError {
            throw error.toolFailure
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            let type = self.response.mediaType ?? "of no stated type"
            throw ToolFailure(
                .invalidOutput, "The service answered with \(bytes.count) bytes that are not text (\(type)).",
                mayHaveHappened: true)
        }
        return text
    }

    private func failure() async -> ToolFailure {
        let said = await self.message().map { ": \($0)" } ?? ""
        switch self.status {
        case 300...399:
            // A service that has done its work may send the browser on, so nothing can be concluded.
            return ToolFailure(
                .rejected, "The service answered with a redirect (\(self.status)), which is not followed\(said)",
                mayHaveHappened: true)
        case 408:
            return ToolFailure(.timeout, "The service gave up waiting (408)\(said)", mayHaveHappened: true)
        case 429:
            let wait = self.response.headers["retry-after"].map { "; it asks to wait \($0.prefix(40))" } ?? ""
            return ToolFailure(.rateLimited, "The service has had too many calls (429)\(wait)\(said)")
        case 400...499:
            return ToolFailure(.rejected, "The service refused (\(self.status))\(said)")
        default:
            return ToolFailure(.unavailable, "The service failed (\(self.status))\(said)", mayHaveHappened: true)
        }
    }

    /// What the body says about the error, in the ways that are usual: RFC 9457 and its relatives, or plain text.
    private func message() async -> String? {
        // The status has decided what happened. A body that can't be read takes nothing away from that.
        guard let bytes = try? await self.response.body.collect(upTo: Self.maxErrorBytes),
            let text = String(validating: bytes, as: UTF8.self)
        else { return nil }
        if let json = try? JSON.parse(bytes) {
            let error = json["error"]
            let found = [
                error?["message"], json["detail"], json["message"], error, json["error_description"], json["title"],
            ].compactMap { $0?.stringValue }.first
            return (found ?? json.serialized()).trimmed(to: Self.maxMessageCharacters)
        }
        guard self.response.mediaType == "text/plain" else { return nil }
        return text.trimmed(to: Self.maxMessageCharacters)
    }
}

extension HTTPTransportError {
    var toolFailure: ToolFailure {
        let mayHaveHappened = !self.nothingWasSent
        return switch self.kind {
        case .invalidRequest: ToolFailure(.internal, "The request could not be made: \(self.message)")
        case .tooLarge:
            ToolFailure(.invalidOutput, "The service's answer is too large (\(self.message)).", mayHaveHappened: true)
        case .malformed:
            ToolFailure(
                .invalidOutput, "The service's answer is broken or cut off (\(self.message)).", mayHaveHappened: true)
        case .connectFailed, .connectTimeout, .tls, .shutDown, .closed, .other:
            ToolFailure(
                .unavailable, "The service could not be reached or broke off (\(self.message)).",
                mayHaveHappened: mayHaveHappened)
        }
    }
}

extension String {
    fileprivate func trimmed(to limit: Int) -> String? {
        let text = self.prefix(limit).split(whereSeparator: \.isNewline).joined(separator: " ")
        return text.isEmpty ? nil : text
    }
}
