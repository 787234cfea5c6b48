/// Why a gateway can't be made: what is wrong, where, and what to do.
public struct GatewayConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    public var description: String

    init(_ description: String) { self.description = description }
}
