import Belay

/// An execution that a command drives, it and nothing else, until it has ended or waits for somebody.
struct DrivenExecution {
    let id: ExecutionID
    let runtime: Runtime
    let project: ProjectOptions
    let attempts: LiveAttempts

    /// - Throws: `Failure` with how to go on, when a signal asked to stop first or the store failed.
    func outcome(_ work: StoppableWork) async throws -> Outcome {
        let watching = Watching(runtime: self.runtime, attempts: self.attempts, quiet: self.project.json)
        do {
            return try await work.run(driving: .execution(self.id)) { [id] in try await watching.outcome(of: id) }
        } catch let stopped as StoppableWork.Stopped {
            // The step that was finished may have been the last one.
            if let outcome = try await self.runtime.standing(of: self.id) { return outcome }
            throw Failure.stopped(stopped, "Stopped. Go on with: \(self.resume)")
        } catch let failed as StoppableWork.StoreFailed {
            throw Failure.storeFailed(failed, self.id, resume: self.resume)
        }
    }

    private var resume: String { self.project.commandLine("executions resume \(self.id)") }
}
