import BelayHTTP
import BelayResilience
import Foundation
import Testing

/// Responses that are cut, mangled or made of nothing: each ends in a response or in an error that says which, never in
/// less than was sent passed off as the whole.
@Suite(.timeLimit(.minutes(5)))
struct DirectHTTPTransportFuzzTests {
    private static let responses = [
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\nhello world",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n",
    ]

    private func get(_ bytes: [UInt8]) async throws -> Result<[UInt8], any Error> {
        let server = try CannedServer(sends: bytes)
        defer { withExtendedLifetime(server) {} }
        let transport = DirectHTTPTransport.shared
        do {
            let request = HTTPRequest(url: "http://127.0.0.1:\(server.port)/", maxResponseBytes: 1 << 20)
            return .success(try await transport.send(request).body.collect())
        } catch {
            return .failure(error)
        }
    }

    @Test(arguments: responses) func aResponseThatIsCutAnywhereIsNoWholeOne(response: String) async throws {
        let bytes = Array(response.utf8)
        for end in 0..<bytes.count {
            switch try await self.get(Array(bytes[..<end])) {
            case .success(let body): Issue.record("cut after \(end) bytes it was taken for whole: \(body.count)")
            case .failure(let error): #expect((error as? HTTPTransportError)?.kind == .closed, "cut after \(end)")
            }
        }
        #expect(try await self.get(bytes).get() == Array("hello world".utf8))
    }

    @Test(arguments: 1...24 as ClosedRange<UInt64>)
    func whatIsMangledEndsInAnErrorOrInAResponse(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<8 {
            var bytes = Array(Self.responses[Int.random(in: 0...1, using: &random)].utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0...2, using: &random) {
                case 0: bytes[index] = .random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.insert(.random(in: 0...255, using: &random), at: index)
                }
            }
            if case .failure(let error) = try await self.get(bytes) {
                let kind = (error as? HTTPTransportError)?.kind
                #expect([.closed, .malformed, .tooLarge].contains(kind), "seed \(seed): \(error)")
            }
        }
    }

    @Test(arguments: 1...16 as ClosedRange<UInt64>) func noiseIsNoResponse(seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let noise = (0..<Int.random(in: 1...300, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        guard case .failure(let error) = try await self.get(noise) else {
            Issue.record("seed \(seed): noise was taken for a response")
            return
        }
        #expect([.closed, .malformed].contains((error as? HTTPTransportError)?.kind), "seed \(seed): \(error)")
    }
}
