import Belay

let shop = Shop()

let orders = Tool("check_order_status", "Looks an order up by its number", effect: .readOnly) { (query: OrderQuery) in
    try await shop.order(query.number)
}
let support = Agent("support", version: "2026-11", instructions: "Help customers with their orders.", tools: [orders])
let runtime = try await Runtime(store: .sqlite("belay.db"), models: .environment())
let outcome = try await runtime.run(support, task: "Where is order 1234?", for: User("ada"))

print(outcome.output ?? "no answer: \(outcome)")
await runtime.shutdown()
