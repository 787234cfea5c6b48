import BelayJSON

/// Every documented parameter of a protocol's body.
package struct ParameterTable: Sendable {
    package let parameters: [Parameter]
    private let byName: [String: Parameter]

    init(_ parameters: [Parameter]) {
        self.parameters = parameters
        self.byName = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0) })
    }

    package subscript(name: String) -> Parameter? { self.byName[name] }

    /// Refuses what can't be taken, and lists what only a provider of the same protocol can understand.
    ///
    /// - Parameter allowsUnknown: Whether parameters that the vendor doesn't have are listed instead of refused.
    func passThrough(of body: JSON.Object, allowsUnknown: Bool) throws(IngressProblem) -> [PassThrough] {
        var passThrough: [PassThrough] = []
        for (name, value) in body where !value.isNull {
            guard let parameter = self.byName[name] else {
                guard allowsUnknown else {
                    throw IngressProblem(.unknown, at: ParameterPath(name), "this parameter is not known.")
                }
                passThrough.append(
                    PassThrough(at: ParameterPath(name), value: value, elsewhere: .leftOut("its meaning is not known")))
                continue
            }
            switch parameter.treatment {
            case .mapped: continue
            case .forwarded(let elsewhere):
                guard !parameter.harmless.contains(value) else { continue }
                passThrough.append(PassThrough(at: ParameterPath(name), value: value, elsewhere: elsewhere))
            case .refused(let reason):
                guard !parameter.harmless.contains(value) else { continue }
                throw IngressProblem(.unsupported, at: ParameterPath(name), "this is not possible here: \(reason).")
            }
        }
        return passThrough
    }
}
