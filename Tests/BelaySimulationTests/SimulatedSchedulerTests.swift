import BelayResilience
import BelayTesting
import Testing

@Suite struct SimulatedSchedulerTests {
    /// What happened, in order.
    private final class Notes: Sendable {
        private let lines = Locked<[String]>([])
        var all: [String] { self.lines.withLock { $0 } }
        func add(_ line: String) { self.lines.withLock { $0.append(line) } }
    }

    @Test("Everything concurrent runs on the scheduler, in an order that the seed decides")
    func order() {
        func run(seed: UInt64) -> [String] {
            let scheduler = SimulatedScheduler(seed: seed)
            let notes = Notes()
            let ending = scheduler.run(atMost: 10_000) {
                notes.all.last == "end"
            } starting: {
                scheduler.start(in: .world) {
                    await withTaskGroup { group in
                        for number in 0..<8 { group.addTask { notes.add("child \(number)") } }
                    }
                    await Task { notes.add("task") }.value
                    await Task.detached { notes.add("detached") }.value
                    let (stream, continuation) = AsyncStream<Int>.makeStream()
                    Task {
                        continuation.yield(1)
                        continuation.finish()
                    }
                    for await number in stream { notes.add("streamed \(number)") }
                    notes.add("end")
                }
            }
            #expect(ending == .reached)
            #expect(scheduler.drain())
            return notes.all
        }
        let runs = (1...8).map { run(seed: $0) }
        #expect(Set(runs).count > 1)
        #expect(run(seed: 3) == runs[2])
        #expect(runs.allSatisfy { $0.count == 12 && $0.last == "end" })
    }

    @Test("Time moves only when nothing is ready, to the next sleeper")
    func time() {
        let scheduler = SimulatedScheduler(seed: 1)
        let notes = Notes()
        let ending = scheduler.run(atMost: 1_000) {
            false
        } starting: {
            for seconds in [30, 10, 20] {
                scheduler.start(in: .world) {
                    do { try await SimulatedClock(scheduler).sleep(for: .seconds(seconds)) } catch { return }
                    notes.add("\(scheduler.now)")
                }
            }
        }
        #expect(ending == .stuck)
        #expect(notes.all == ["10.0 seconds", "20.0 seconds", "30.0 seconds"])
    }

    @Test("A process that died takes no further step, and who waits for it learns of it")
    func death() {
        let scheduler = SimulatedScheduler(seed: 1)
        let notes = Notes()
        let process = scheduler.makeProcess()
        _ = scheduler.run(atMost: 1_000) {
            false
        } starting: {
            scheduler.start(in: .world) {
                let answer: Int? = await scheduler.request(to: process) {
                    notes.add("begins")
                    do { try await scheduler.sleep(for: .seconds(2)) } catch { notes.add("cancelled") }
                    notes.add("goes on")
                    return 1
                }
                notes.add("answer \(answer ?? 0) at \(scheduler.now)")
            }
            scheduler.start(in: .world) {
                do { try await scheduler.sleep(for: .seconds(1)) } catch { return }
                scheduler.kill(process)
            }
        }
        #expect(notes.all == ["begins", "answer 0 at 1.0 seconds"])
        #expect(scheduler.drain())
        #expect(notes.all.suffix(2) == ["cancelled", "goes on"], "a world that is over leaves no task behind")
    }

    @Test("A process that is paused goes on later, while time goes on")
    func pause() {
        let scheduler = SimulatedScheduler(seed: 1)
        let notes = Notes()
        let process = scheduler.makeProcess()
        _ = scheduler.run(atMost: 1_000) {
            false
        } starting: {
            scheduler.start(in: process) {
                do { try await scheduler.sleep(for: .seconds(10)) } catch { return }
                notes.add("woke at \(scheduler.now)")
            }
            scheduler.start(in: .world) {
                do { try await scheduler.sleep(for: .seconds(5)) } catch { return }
                scheduler.pause(process)
                do { try await scheduler.sleep(for: .seconds(55)) } catch { return }
                notes.add("resumed")
                scheduler.resume(process)
            }
        }
        #expect(notes.all == ["resumed", "woke at 60.0 seconds"])
    }

    @Test("Who sleeps on a real clock is not seen any more, and the world is stuck")
    func realTime() {
        let scheduler = SimulatedScheduler(seed: 1)
        let notes = Notes()
        let ending = scheduler.run(atMost: 1_000) {
            false
        } starting: {
            scheduler.start(in: .world) {
                do { try await Task.sleep(for: .seconds(600)) } catch { notes.add("cancelled") }
            }
        }
        #expect(ending == .stuck)
        #expect(scheduler.drain())
        #expect(notes.all == ["cancelled"])
    }
}
