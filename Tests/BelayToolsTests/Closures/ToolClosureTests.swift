import BelayCore
import BelayJSON
import Testing

@testable import BelayTools

struct ToolClosureTests {
    struct OrderQuery: Codable, Sendable {
        var number: String
    }
    struct Order: Codable, Sendable {
        var number: String
        var status: String
    }
    /// Takes its type from the value, so no schema can be read off it.
    struct Opaque: Decodable, Sendable {
        init(from decoder: any Decoder) throws { throw Refused() }
        struct Refused: Error {}
    }
    struct Shop: Sendable {
        func order(_ number: String) async throws -> Order { Order(number: number, status: "shipped") }
        func cancel(_ number: String) async throws {}
    }

    private let shop = Shop()
    private var invocation: ToolInvocation {
        var invocation = ToolInvocation.sample
        invocation.arguments = ["number": "1234"]
        return invocation
    }

    @Test func isDeclaredAsTheGuideShows() async throws {
        let shop = self.shop
        let orders = Tool("check_order_status", "Looks an order up by its number", effect: .readOnly) {
            (query: OrderQuery) in
            try await shop.order(query.number)
        }
        #expect(orders.name == "check_order_status")
        #expect(orders.descriptor.effect == .readOnly)
        #expect(orders.descriptor.inDoubt == .repeatWithSameKey)
        #expect(orders.descriptor.parameters["properties"]?["number"]?["type"] == "string")
        #expect(orders.descriptor.parameters["required"] == ["number"])
        #expect(try ToolPipeline.of([orders]).descriptor(of: "check_order_status") != nil)
        #expect(try await orders.handler.call(self.invocation) == #"{"number":"1234","status":"shipped"}"#)
    }

    @Test func passesAStringOnAsItIs() async throws {
        let tool = Tool("echo", "Repeats", effect: .readOnly) { (query: OrderQuery) in "number \"\(query.number)\"" }
        #expect(try await tool.handler.call(self.invocation) == "number \"1234\"")
    }

    @Test func runsAClosureOfSeveralStatementsWithoutAResult() async throws {
        let shop = self.shop
        let tool = Tool("cancel_order", "Cancels an order") { (query: OrderQuery) in
            let number = query.number
            try await shop.cancel(number)
        }
        #expect(tool.descriptor.effect == .once)
        #expect(tool.descriptor.inDoubt == .person)
        #expect(try await tool.handler.call(self.invocation) == "done")
    }

    @Test func handsTheInvocationToAClosureThatWantsIt() async throws {
        let tool = Tool("note", "Notes", effect: .idempotent) { (query: OrderQuery, call: ToolInvocation) in
            "\(query.number) \(call.idempotencyKey) \(call.user.id)"
        }
        #expect(try await tool.handler.call(self.invocation) == "1234 key-1 ada")
    }

    @Test func probesAndCompensatesByClosures() async throws {
        let tool = Tool("book", "Books", effect: .compensatable, inDoubt: .probe) { (query: OrderQuery) in
            Order(number: query.number, status: "booked")
        } probe: { call in
            call.idempotencyKey == "key-1" ? Order(number: "1234", status: "booked") : nil
        } compensate: { call in
            throw ToolFailure(.rejected, "can't undo \(call.idempotencyKey)")
        }
        #expect(try ToolPipeline.of([tool]).descriptor(of: "book") != nil)
        #expect(try await tool.handler.probe(self.invocation) == #"{"number":"1234","status":"booked"}"#)
        await #expect(throws: ToolFailure(.rejected, "can't undo key-1")) {
            try await tool.handler.compensate(self.invocation)
        }
    }

    @Test func reportsASchemaThatCannotBeDerivedAtRegistration() {
        let tool = Tool("opaque", "Takes anything", effect: .readOnly) { (_: Opaque) in "never" }
        let error = #expect(throws: ToolRegistrationError.self) { try ToolRegistry().register([tool]) }
        #expect(error?.tool == "opaque")
        #expect(error?.reason.contains("no schema can be derived from Opaque") == true)
    }

    @Test func refusesAPolicyThatTheToolCannotKeep() {
        let probed = Tool("a", "A", inDoubt: .probe) { (query: OrderQuery) in query.number }
        #expect(throws: ToolRegistrationError.self) { try ToolRegistry().register([probed]) }
        let undone = Tool("b", "B", effect: .compensatable) { (query: OrderQuery) in query.number }
        let error = #expect(throws: ToolRegistrationError.self) { try ToolRegistry().register([undone]) }
        #expect(error?.description.contains("has no compensation") == true)
    }

    @Test func argumentsOfAnotherShapeAreTheCallersFault() async throws {
        let tool = Tool("check", "Checks") { (query: OrderQuery) in query.number }
        var invocation = self.invocation
        invocation.arguments = ["number": 7]
        let error = await #expect(throws: ToolFailure.self) { try await tool.handler.call(invocation) }
        #expect(error?.kind == .invalidArguments)
        #expect(error?.mayHaveHappened == false)
    }
}
