import BelayJSON
import Foundation

/// Parsing, validating and encoding chat requests, beside both of Foundation's ways.
///
/// `BelayJSON` works with the `JSON` value, as Belay's own code does. Its peers are `JSONDecoder` and `JSONEncoder` with
/// a typed request (Foundation's coders), and `JSONSerialization` with a dictionary (Foundation's value).
struct JSONBenchmark {
    let plan: Plan

    func run() throws -> [Figure] { try [1_000, 10_000, 100_000].flatMap(self.figures) }

    private func figures(_ size: Int) throws -> [Figure] {
        let request = try ChatRequest.make(bytes: size)
        let data = try JSONEncoder().encode(request)
        let bytes = Array(data)
        let own = try self.own(bytes)
        let typed = try self.coders(request, data)
        let untyped = try self.serialization(data)
        let at = "\(size / 1_000) KB"
        let goal: Figure.Goal? = size == 1_000 ? .atLeast(10) : nil
        return [
            Figure("json", "\(at), parse", own.parse, "us"),
            Figure("json", "\(at), JSONDecoder", typed.parse, "us"),
            Figure("json", "\(at), that / parse", typed.parse / own.parse, "x", goal: goal),
            Figure("json", "\(at), JSONSerialization, reading", untyped.parse, "us"),
            Figure("json", "\(at), that / parse (value)", untyped.parse / own.parse, "x"),
            Figure("json", "\(at), encode", own.encode, "us"),
            Figure("json", "\(at), JSONEncoder", typed.encode, "us"),
            Figure("json", "\(at), that / encode", typed.encode / own.encode, "x", goal: goal),
            Figure("json", "\(at), JSONSerialization, writing", untyped.encode, "us"),
            Figure("json", "\(at), that / encode (value)", untyped.encode / own.encode, "x"),
            Figure("json", "\(at), validate by a schema", own.validate, "us"),
        ]
    }

    private func own(_ bytes: [UInt8]) throws -> (parse: Double, encode: Double, validate: Double) {
        let value = try JSON.parse(bytes)
        let schema = try JSONSchema(Self.schema)
        guard schema.validate(value).isEmpty, try JSON.parse(value.bytes()) == value else {
            throw BenchmarkError(reason: "the request does not survive")
        }
        return (
            try self.microseconds { try JSON.parse(bytes).objectValue?.count ?? 0 },
            self.microseconds { value.bytes().count },
            self.microseconds { schema.validate(value).count }
        )
    }

    private func coders(_ request: ChatRequest, _ data: Data) throws -> (parse: Double, encode: Double) {
        let (decoder, encoder) = (JSONDecoder(), JSONEncoder())
        return (
            try self.microseconds { try decoder.decode(ChatRequest.self, from: data).messages.count },
            try self.microseconds { try encoder.encode(request).count }
        )
    }

    private func serialization(_ data: Data) throws -> (parse: Double, encode: Double) {
        let object = try JSONSerialization.jsonObject(with: data)
        return (
            try self.microseconds { (try JSONSerialization.jsonObject(with: data) as? [String: Any])?.count ?? 0 },
            try self.microseconds { try JSONSerialization.data(withJSONObject: object).count }
        )
    }

    private func microseconds(_ body: () throws -> Int) rethrows -> Double {
        try Stopwatch.nanoseconds(series: self.plan.rounds, atLeast: self.plan.series, body) / 1_000
    }

    private static let schema: JSON = [
        "type": "object", "required": ["model", "messages"],
        "properties": [
            "model": ["type": "string", "minLength": 1], "temperature": ["type": "number", "minimum": 0, "maximum": 2],
            "max_tokens": ["type": "integer", "minimum": 1], "stream": ["type": "boolean"],
            "messages": [
                "type": "array", "minItems": 1,
                "items": [
                    "type": "object", "required": ["role", "content"], "additionalProperties": false,
                    "properties": [
                        "role": ["enum": ["system", "user", "assistant", "tool"]], "content": ["type": "string"],
                    ],
                ],
            ],
            "tools": ["type": "array", "items": ["type": "object", "required": ["type", "function"]]],
        ],
    ]
}
