import BelayJSON

/// A part of a request that has no place in the internal model. Only a provider that gets the original bytes sees it.
package struct PassThrough: Sendable, Hashable {
    /// What happens when the request goes to a provider of another protocol.
    package enum Elsewhere: Sendable, Hashable {
        /// It is left out; the answer is still what was asked for.
        case leftOut(String)
        /// The request has to be refused: without this part the answer would be another one.
        case refused(String)
    }

    package var path: ParameterPath
    package var value: JSON
    package var elsewhere: Elsewhere

    init(at path: ParameterPath, value: JSON, elsewhere: Elsewhere) {
        self.path = path
        self.value = value
        self.elsewhere = elsewhere
    }
}
