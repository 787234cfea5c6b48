import Foundation

/// Sends the jobs that a simulation's thread would give to Swift's global executor to the simulation's scheduler.
///
/// What is ready ends up there: tasks of every kind, task groups, actors, resumed continuations. So the code under
/// simulation needs no change and no executor of its own. Other threads of the process are not affected, which lets
/// several simulations and ordinary tests run at once.
///
/// What is given to an executor by name (`MainActor`, a dispatch queue) doesn't, and neither does `Task.sleep` with a real
/// clock: the hooks for delays and deadlines exist, and Swift 6.3 sleeps without calling them. Who sleeps so is lost to the
/// simulation, which ends as stuck when nobody else has anything to do.
///
/// The Swift runtime offers `swift_task_enqueueGlobal_hook` for replacements of its executor. It is found by name, so
/// a program that links the runtime statically and strips it can't simulate.
enum GlobalExecutorHook {
    private typealias Original = @convention(thin) (UnownedJob) -> Void
    private typealias Hook = @convention(thin) (UnownedJob, Original) -> Void

    /// Holds the scheduler of the thread, unretained: `install` and `remove` frame the scheduler's loop.
    private static let key: pthread_key_t = {
        var key = pthread_key_t()
        let result = pthread_key_create(&key, nil)
        precondition(result == 0, "the process has no thread-specific keys left")
        return key
    }()

    private static let installation: Void = {
        guard let symbol = dlsym(dlopen(nil, RTLD_LAZY), "swift_task_enqueueGlobal_hook") else {
            preconditionFailure("this program's Swift runtime has no hook for its global executor")
        }
        _ = Self.key
        symbol.assumingMemoryBound(to: Hook?.self).pointee = { job, original in
            if let scheduler = GlobalExecutorHook.current {
                scheduler.take(job)
            } else {
                original(job)
            }
        }
    }()

    static var current: SimulatedScheduler? {
        pthread_getspecific(self.key).map { Unmanaged<SimulatedScheduler>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Makes `scheduler` run what this thread starts while `body` runs.
    static func redirecting<Result>(to scheduler: SimulatedScheduler, _ body: () throws -> Result) rethrows -> Result {
        self.installation
        precondition(self.current == nil, "a thread runs one simulation at a time")
        pthread_setspecific(self.key, Unmanaged.passUnretained(scheduler).toOpaque())
        defer { pthread_setspecific(self.key, nil) }
        return try body()
    }
}
