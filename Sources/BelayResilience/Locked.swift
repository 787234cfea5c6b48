#if BELAY_TSAN
    #if canImport(Glibc)
        import Glibc
    #else
        import Darwin
    #endif
#else
    import Synchronization
#endif

/// A value behind a lock, for short synchronous sections. Never call out to code you do not know inside one.
///
/// A class, so that several tasks can hold it. It is a `Synchronization.Mutex`. The thread sanitizer cannot see into
/// that one and reports false races, and Swift has no condition for a sanitizer; so build with
/// `swift test --sanitize=thread -Xswiftc -DBELAY_TSAN` to have a pthread lock in its place.
public final class Locked<Value>: Sendable {
    #if BELAY_TSAN
        // Both are allocated in `init`, freed in `deinit`, and `value` is touched only while `mutex` is held.
        nonisolated(unsafe) private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        nonisolated(unsafe) private let value = UnsafeMutablePointer<Value>.allocate(capacity: 1)

        public init(_ value: sending Value) {
            self.value.initialize(to: value)
            self.mutex.initialize(to: pthread_mutex_t())
            precondition(pthread_mutex_init(self.mutex, nil) == 0, "No pthread lock could be made.")
        }

        deinit {
            pthread_mutex_destroy(self.mutex)
            self.mutex.deallocate()
            self.value.deinitialize(count: 1)
            self.value.deallocate()
        }

        public func withLock<Result, Failure: Error>(
            _ body: (inout sending Value) throws(Failure) -> sending Result
        ) throws(Failure) -> sending Result {
            pthread_mutex_lock(self.mutex)
            defer { pthread_mutex_unlock(self.mutex) }
            return try body(&self.value.pointee)
        }
    #else
        @usableFromInline let mutex: Mutex<Value>

        @inlinable
        public init(_ value: sending Value) {
            self.mutex = Mutex(value)
        }

        /// Runs `body` while no one else can see the value. Do not take the same lock inside: it is not recursive.
        @inlinable
        public func withLock<Result, Failure: Error>(
            _ body: (inout sending Value) throws(Failure) -> sending Result
        ) throws(Failure) -> sending Result {
            try self.mutex.withLock(body)
        }
    #endif
}
