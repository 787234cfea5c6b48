import Testing

@testable import BelayConfiguration

/// The problems of a text as they are printed, one a line; empty when there are none.
func problems(_ text: String, folder: String = ".", environment: [String: String] = [:]) -> [String] {
    do {
        _ = try Configuration.parse(text, folder: folder, environment: environment)
        return []
    } catch {
        return error.problems.map(\.description)
    }
}

/// A file with one agent, which most tests need to be complete.
let support = """
    providers:
      main: {kind: openai, api_key: key}
    routes:
      default:
        paths: [{model: main/gpt}]
    tools:
      create_refund:
        description: Pays money back
        http: {method: POST, url: "http://127.0.0.1:8733/orders/{order_id}/refunds"}
        parameters:
          type: object
          properties: {order_id: {type: string}, amount: {type: number}}
          required: [order_id, amount]
        approval: {above: {argument: amount, limit: 50}}
    agents:
      support:
        instructions: Help.
        tools: [create_refund]

    """
