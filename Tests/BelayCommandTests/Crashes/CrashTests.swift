import Foundation
import Testing

/// Tests with real processes that are killed, starved or left to work for long. They keep the machine busy, and others
/// have limits of time, so they run apart: `scripts/test` does that, and
/// `BELAY_CRASH_TESTS=1 swift test --filter CrashTests`.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["BELAY_CRASH_TESTS"] != nil))
struct CrashTests {}
