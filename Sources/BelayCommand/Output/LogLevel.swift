import ArgumentParser
import Logging

/// A command that can be told how much to log.
protocol LogLevelChoosing {
    /// Nil when the command line says nothing about it.
    var logLevel: Logger.Level? { get }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}

extension Logger.Level {
    /// What is logged when nobody said anything.
    static let standard = Self.notice
    /// The variable that says it for every command.
    static let variable = "BELAY_LOG_LEVEL"

    /// The level that the command line asks for, else the environment.
    ///
    /// - Throws: `Failure` with status 78 for a word that is no level.
    static func chosen(_ flag: Logger.Level?, environment: [String: String]) throws -> Logger.Level {
        if let flag { return flag }
        guard let word = environment[Self.variable], !word.isEmpty else { return .standard }
        guard let level = Self(rawValue: word.lowercased()) else {
            let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure.wrongConfiguration("\(Self.variable) is \"\(word)\"; it has to be one of: \(known).")
        }
        return level
    }
}
