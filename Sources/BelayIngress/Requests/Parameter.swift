import BelayJSON

/// What becomes of one parameter of a vendor's protocol: a row of that protocol's table.
package struct Parameter: Sendable, Hashable {
    package enum Treatment: Sendable, Hashable {
        /// It has a place in the internal request, or in `IngressRequest` itself.
        case mapped
        /// It goes to a provider that speaks the same protocol, in the original bytes; elsewhere it is lost.
        case forwarded(PassThrough.Elsewhere)
        /// It is refused, for the reason given.
        case refused(String)
    }

    package var name: String
    package var treatment: Treatment
    /// Values that ask for nothing special: with one of them the parameter is lost on nobody.
    package var harmless: [JSON]

    static func mapped(_ name: String) -> Parameter { Parameter(name: name, treatment: .mapped, harmless: []) }

    /// Elsewhere it is left out.
    static func hint(_ name: String, _ reason: String) -> Parameter {
        Parameter(name: name, treatment: .forwarded(.leftOut(reason)), harmless: [])
    }

    /// Elsewhere the request can't be answered as it was meant.
    static func demand(_ name: String, _ reason: String, except harmless: [JSON] = []) -> Parameter {
        Parameter(name: name, treatment: .forwarded(.refused(reason)), harmless: harmless)
    }

    static func refused(_ name: String, _ reason: String, except harmless: [JSON] = []) -> Parameter {
        Parameter(name: name, treatment: .refused(reason), harmless: harmless)
    }
}
