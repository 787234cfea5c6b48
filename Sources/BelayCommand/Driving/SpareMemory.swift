import ServiceLifecycle

#if canImport(Darwin)
    import Darwin
#elseif canImport(Musl)
    import Musl
#else
    import Glibc
#endif

/// Gives memory back to the system that a burst of large requests took. glibc keeps nearly all of it otherwise: 240 of
/// 300 MiB after 256 requests of 100 KB at once. Where the C library has no such call, nothing is done.
struct SpareMemory: Service {
    /// Often enough for whoever shares the machine, and seldom enough for a busy process, which takes the pages again.
    private static let pause = Duration.seconds(30)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.pause)) != nil { Self.giveBack() }
        }
    }

    /// `malloc_trim(0)`, which Swift's module of glibc lacks.
    static func giveBack() {
        guard let symbol = dlsym(nil, "malloc_trim") else { return }
        let trim = unsafeBitCast(symbol, to: (@convention(c) (Int) -> CInt).self)
        _ = trim(0)
    }
}
