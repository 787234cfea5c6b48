import BelayCore
import BelayHTTP

extension Tool {
    /// A tool that is an HTTP endpoint.
    ///
    /// A specification that can't be used is reported when the tool is registered.
    ///
    /// - Parameters:
    ///   - descriptor: What the model sees and the runtime obeys. Its timeout bounds the whole exchange.
    ///   - transport: What sends the requests.
    public init(
        _ descriptor: ToolDescriptor, http specification: HTTPToolSpecification,
        transport: any HTTPTransport = DirectHTTPTransport.shared
    ) {
        self.init(
            descriptor: descriptor,
            handler: HTTPToolHandler(specification, descriptor: descriptor, transport: transport))
    }
}
