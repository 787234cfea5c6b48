import BelayCore
import BelayHTTP
import BelayJSON

/// Calls an HTTP endpoint. Follows no redirect and retries nothing: both would repeat effects behind the journal's
/// back.
struct HTTPToolHandler: InspectableToolHandler, CustomReflectable {
    let defect: String?
    private let templates: Templates?
    private let sendsKey: Bool
    private let maxResponseBytes: Int
    private let transport: any HTTPTransport

    private struct Templates: Sendable {
        var call: HTTPRequestTemplate
        var probe: HTTPRequestTemplate?
        var compensation: HTTPRequestTemplate?
    }

    init(_ specification: HTTPToolSpecification, descriptor: ToolDescriptor, transport: any HTTPTransport) {
        let known = descriptor.parameters["properties"]?.objectValue.map { Set($0.keys) }
        self.sendsKey = descriptor.effect != .readOnly
        self.maxResponseBytes = specification.maxResponseBytes
        self.transport = transport
        do throws(HTTPRequestTemplate.Invalid) {
            guard specification.maxResponseBytes > 0 else {
                throw HTTPRequestTemplate.Invalid(reason: "maxResponseBytes must be 1 or more")
            }
            self.templates = Templates(
                call: try HTTPRequestTemplate(specification.call, known: known),
                probe: try Self.template(specification.probe, known: known, named: "its probe"),
                compensation: try Self.template(specification.compensation, known: known, named: "its compensation"))
            self.defect = nil
        } catch {
            self.templates = nil
            self.defect = error.reason
        }
    }

    /// Its templates hold what the specification keeps secret.
    var customMirror: Mirror { Mirror(self, children: []) }
    var canProbe: Bool { self.templates?.probe != nil }
    var canCompensate: Bool { self.templates?.compensation != nil }

    func call(_ invocation: ToolInvocation) async throws -> String {
        let answer = try await self.send(self.templates?.call, for: invocation, sendsKey: self.sendsKey)
        return try await answer.output(maxBytes: self.maxResponseBytes)
    }

    func probe(_ invocation: ToolInvocation) async throws -> String? {
        let answer = try await self.send(self.templates?.probe, for: invocation, sendsKey: false)
        if answer.status == 404 { return nil }
        return try await answer.output(maxBytes: self.maxResponseBytes)
    }

    func compensate(_ invocation: ToolInvocation) async throws {
        let answer = try await self.send(self.templates?.compensation, for: invocation, sendsKey: true)
        if [404, 410].contains(answer.status) { return }
        _ = try await answer.output(maxBytes: self.maxResponseBytes)
    }

    private func send(
        _ template: HTTPRequestTemplate?, for invocation: ToolInvocation, sendsKey: Bool
    ) async throws -> HTTPToolAnswer {
        guard let template else { throw ToolFailure(.internal, self.defect ?? "The tool has no such request.") }
        var request = try template.filled(for: invocation, sendsKey: sendsKey)
        request.maxResponseBytes = self.maxResponseBytes
        do {
            return HTTPToolAnswer(try await self.transport.send(request))
        } catch let error as HTTPTransportError {
            throw error.toolFailure
        }
    }

    private static func template(
        _ request: HTTPToolSpecification.Request?, known: Set<String>?, named name: String
    ) throws(HTTPRequestTemplate.Invalid) -> HTTPRequestTemplate? {
        guard let request else { return nil }
        do {
            return try HTTPRequestTemplate(request, known: known)
        } catch {
            throw HTTPRequestTemplate.Invalid(reason: "\(name): \(error.reason)")
        }
    }
}
