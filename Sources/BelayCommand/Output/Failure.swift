import ArgumentParser
import BelayConfiguration
import BelayCore
import BelayMock
import BelayModels
import BelayRuntime
import BelayTools

/// Why a command did not do what it was asked, with the status it exits with.
struct Failure: Error {
    var status: Int32
    var message: String

    static func wrongUsage(_ message: String) -> Failure { Failure(status: 64, message: message) }
    static func waiting(_ message: String) -> Failure { Failure(status: 75, message: message) }
    static func failed(_ message: String) -> Failure { Failure(status: 1, message: message) }
    static func wrongData(_ message: String) -> Failure { Failure(status: 65, message: message) }
    static func wrongConfiguration(_ message: String) -> Failure { Failure(status: 78, message: message) }
    static func unavailable(_ message: String) -> Failure { Failure(status: 69, message: message) }

    static let foreignCursor = Failure.wrongData("this cursor was not given out by the list")

    /// Nobody can drive `id` while the store fails; what was accepted is in it.
    static func storeFailed(_ failed: StoppableWork.StoreFailed, _ id: ExecutionID, resume: String) -> Failure {
        .unavailable(
            "The store can't be used: \(failed.reason). The task was accepted before, as \(id); "
                + "when that is mended, go on with: \(resume)")
    }

    static func stopped(_ stopped: StoppableWork.Stopped, _ message: String) -> Failure {
        Failure(status: stopped.status, message: message)
    }

    /// Prints what only Belay can explain, and leaves the rest to the argument parser.
    static func presenting(_ error: any Error) -> any Error {
        guard let failure = Self(explaining: error) else { return error }
        Console.note(failure.message)
        return ExitCode(failure.status)
    }

    private init(status: Int32, message: String) {
        self.status = status
        self.message = message
    }

    private init?(explaining error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let error as ConfigurationError: self.init(status: 78, message: "\(error)")
        case let error as GatewayConfigurationError: self.init(status: 78, message: "\(error)")
        case let error as ToolRegistrationError: self.init(status: 78, message: "\(error)")
        case is CursorError: self = .foreignCursor
        case let error as MCPServerError: self.init(status: 69, message: "\(error)")
        case let error as RequestError: self.init(error)
        case let error as StoreError: self.init(RequestError(error))
        default: return nil
        }
    }

    /// Whoever types a command may know what the store said, and what to do about its file.
    private init(_ error: RequestError) {
        let message = error.cause.map { "The store can't be used: \($0)" } ?? error.message
        self.init(status: Self.status(of: error.code), message: message)
    }

    private static func status(of code: RequestError.Code) -> Int32 {
        code == .storeUnavailable || code == .storeFailed ? 69 : 65
    }
}
