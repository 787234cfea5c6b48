import Foundation
import NIOCore

extension Failure {
    /// Why nothing can listen there.
    static func listening(on host: String, _ port: Int, _ error: any Error) -> Failure {
        if error is SocketAddressError.UnknownHost { return Self.unknownHost(host, port) }
        let reason =
            switch (error as? IOError)?.errnoCode {
            case EADDRINUSE: "the port is in use"
            case EACCES: "the port is reserved for privileged users"
            case EADDRNOTAVAIL: "the address is none of this machine's"
            default: "\(error)"
            }
        return .unavailable("can't listen on \(host):\(port): \(reason)")
    }

    /// What the system said about a file; Foundation's own words may hold no more than that something failed.
    static func reason(of error: any Error) -> String {
        if let error = error as? POSIXError { return String(cString: strerror(error.code.rawValue)) }
        guard let error = error as? CocoaError else { return error.localizedDescription }
        switch error.code {
        case .fileNoSuchFile, .fileReadNoSuchFile: return "there is no such file or folder"
        case .fileWriteNoPermission, .fileReadNoPermission: return "permission denied"
        default:
            let underlying = error.userInfo[NSUnderlyingErrorKey] as? any Error
            return underlying.map { Self.reason(of: $0) } ?? error.localizedDescription
        }
    }

    private static func unknownHost(_ host: String, _ port: Int) -> Failure {
        .unavailable("can't listen on \(host):\(port): there is no such address or host")
    }
}
