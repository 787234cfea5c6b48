import NIOCore
import NIOHTTP1

/// The generic types that take HTTP messages apart.
///
/// Swift's runtime (6.3.1 on Linux) can crash when two threads need such a type for the first time at the same moment: the
/// one that checks what a class conforms to meets it before the other has set its superclass. Event loops that take their
/// first connections together did so once in some 260 starts under load. So whoever is about to make codecs on several
/// loops calls ``makeReady()`` before: the first call makes the types, and others wait for it.
package enum HTTPCodecs {
    private static let types = [
        ObjectIdentifier(ByteToMessageHandler<HTTPRequestDecoder>.self),
        ObjectIdentifier(ByteToMessageHandler<HTTPResponseDecoder>.self),
    ]

    package static func makeReady() { precondition(!self.types.isEmpty) }
}
