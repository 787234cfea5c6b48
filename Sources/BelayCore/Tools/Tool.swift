/// Something an agent can do: a description for the model, rules for the runtime, a handler that does it.
public struct Tool: Sendable {
    public var descriptor: ToolDescriptor
    public var handler: any ToolHandler

    public init(descriptor: ToolDescriptor, handler: any ToolHandler) {
        self.descriptor = descriptor
        self.handler = handler
    }

    public var name: String { self.descriptor.name }
}
