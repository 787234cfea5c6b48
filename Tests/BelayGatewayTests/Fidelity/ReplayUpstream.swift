import BelayResilience
import BelayTesting
import Foundation

/// A vendor's server on a real socket, which answers each question with what was put down for it.
///
/// The pieces of a body are the chunks of its transfer encoding, so that they reach their reader as they were cut; some of
/// them leave in one packet, and chunks are cut by packets in turn.
final class ReplayUpstream: Sendable {
    struct Reply: Sendable {
        var type: String
        var pieces: [[UInt8]]
        /// Of the packets that the response leaves in.
        var packets: SeededGenerator
        /// The body ends as it has to, which says nothing about the stream in it.
        var endsWell = true
    }

    let port: Int
    private let listener: LocalSocket
    private let connections = Locked<[Int32: LocalSocket]>([:])
    private let replies = Locked<[String: Reply]>([:])

    init() throws {
        (self.listener, self.port) = try LocalSocket.listening()
    }

    func start() {
        // Threads of their own, since the calls block. They end when their sockets are stopped.
        Thread {
            while let connection = self.listener.accepted() {
                self.connections.withLock { $0[connection.descriptor] = connection }
                Thread { self.serve(connection) }.start()
            }
            self.listener.close()
        }.start()
    }

    func stop() {
        self.listener.stop()
        self.connections.withLock { for connection in $0.values { connection.stop() } }
    }

    /// - Parameter question: Part of the body that is asked with.
    func answer(_ question: String, with reply: Reply?) { self.replies.withLock { $0[question] = reply } }

    private func serve(_ connection: LocalSocket) {
        defer {
            self.connections.withLock { _ = $0.removeValue(forKey: connection.descriptor) }
            connection.close()
        }
        var buffer: [UInt8] = []
        while let body = Self.request(from: connection, buffer: &buffer) {
            guard let reply = self.reply(to: String(decoding: body, as: UTF8.self)) else {
                connection.send(Array("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".utf8))
                continue
            }
            guard Self.send(reply, on: connection), reply.endsWell else { return }
        }
    }

    private func reply(to body: String) -> Reply? {
        guard let start = body.range(of: "case-"),
            let end = body.range(of: ";", range: start.lowerBound..<body.endIndex)
        else { return nil }
        return self.replies.withLock { $0[String(body[start.lowerBound..<end.lowerBound])] }
    }

    /// - Returns: The body of the next request; nil when the other side has left.
    private static func request(from connection: LocalSocket, buffer: inout [UInt8]) -> [UInt8]? {
        while true {
            if let end = buffer.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = String(decoding: buffer[..<end.lowerBound], as: UTF8.self).lowercased()
                let lengths = head.components(separatedBy: "\r\n").filter { $0.hasPrefix("content-length:") }
                let length = lengths.first.flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
                if buffer.count >= end.upperBound + length {
                    defer { buffer.removeFirst(end.upperBound + length) }
                    return Array(buffer[end.upperBound..<(end.upperBound + length)])
                }
            }
            let more = connection.received()
            guard !more.isEmpty else { return nil }
            buffer += more
        }
    }

    private static func send(_ reply: Reply, on connection: LocalSocket) -> Bool {
        var bytes = Array(
            "HTTP/1.1 200 OK\r\ncontent-type: \(reply.type)\r\ntransfer-encoding: chunked\r\n\r\n".utf8)
        for piece in reply.pieces where !piece.isEmpty {
            bytes += Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8)
        }
        if reply.endsWell { bytes += Array("0\r\n\r\n".utf8) }
        var random = reply.packets
        let packets = Int.random(in: 0...3, using: &random) == 0 ? bytes.cut(using: &random) : [bytes]
        return packets.allSatisfy { connection.send($0) }
    }
}
