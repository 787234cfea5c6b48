import Foundation
import NIOCore

extension Failure {
    /// Why nothing can listen there.
    static func listening(on host: String, _ port: Int, _ error: any Error) -> Failure {
        let reason =
            switch (error as? IOError)?.errnoCode {
            case EADDRINUSE: "the port is in use"
            case EACCES: "the port is reserved for privileged users"
            case EADDRNOTAVAIL: "the address is none of this machine's"
            default: "\(error)"
            }
        return .unavailable("can't listen on \(host):\(port): \(reason)")
    }
}
