/// Where in a request's body something stands.
package struct ParameterPath: Sendable, Hashable {
    package enum Step: Sendable, Hashable {
        case key(String)
        case index(Int)
    }

    package var steps: [Step]

    /// The body as a whole.
    package static let body = ParameterPath()

    package init(_ steps: Step...) { self.steps = steps }

    /// A top-level parameter.
    package init(_ name: String) { self.steps = [.key(name)] }

    package func key(_ name: String) -> ParameterPath {
        var path = self
        path.steps.append(.key(name))
        return path
    }

    package func index(_ index: Int) -> ParameterPath {
        var path = self
        path.steps.append(.index(index))
        return path
    }

    package var isBody: Bool { self.steps.isEmpty }

    /// As OpenAI writes it: `messages[3].content[0].image_url.url`.
    package var bracketed: String {
        self.steps.reduce(into: "") { text, step in
            switch step {
            case .key(let name): text += text.isEmpty ? name : ".\(name)"
            case .index(let index): text += "[\(index)]"
            }
        }
    }

    /// As Anthropic writes it: `messages.3.content.0.source.data`.
    package var dotted: String {
        self.steps.map { step in
            switch step {
            case .key(let name): name
            case .index(let index): String(index)
            }
        }.joined(separator: ".")
    }
}
