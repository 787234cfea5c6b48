import NIOCore
import Testing

@testable import BelayHTTP

struct ConnectionMachineTests {
    private func connected(afterResponses count: Int = 0) -> ConnectionMachine {
        var machine = ConnectionMachine()
        machine.connected()
        for _ in 0..<count {
            machine.begin(isSafe: true)
            machine.wroteRequest()
            _ = machine.receivedHead(keepsAlive: true)
            let rest = machine.receivedEnd()
            #expect(rest == .reuse)
        }
        return machine
    }

    @Test(arguments: [true, false], [0, 1])
    func onlyASafeRequestOnAUsedConnectionMayBeSentAgain(isSafe: Bool, responses: Int) {
        var machine = self.connected(afterResponses: responses)
        machine.begin(isSafe: isSafe)
        machine.wroteRequest()
        let loss = machine.ended(byPeer: true)
        #expect(loss == .unanswered(mayRepeat: isSafe && responses > 0))
    }

    @Test func aHeadThatTheSystemRefusedWasReadByNobody() {
        var machine = self.connected(afterResponses: 1)
        machine.begin(isSafe: false)
        machine.lostHead()
        let loss = machine.ended(byPeer: true)
        #expect(loss == .unanswered(mayRepeat: true))
    }

    @Test func whatWasNotHTTPIsAnAnswerOfAKind() {
        var machine = self.connected(afterResponses: 1)
        machine.begin(isSafe: true)
        let loss = machine.ended(byPeer: false)
        #expect(loss == .unanswered(mayRepeat: false))
    }

    @Test func aResponseThatHasBegunIsCut() {
        var machine = self.connected(afterResponses: 1)
        machine.begin(isSafe: true)
        _ = machine.receivedHead(keepsAlive: true)
        let loss = machine.ended(byPeer: true)
        #expect(loss == .cut)
    }

    @Test func aResponseToAHalfWrittenRequestEndsTheConnection() {
        var machine = self.connected()
        machine.begin(isSafe: false)
        _ = machine.receivedHead(keepsAlive: true)
        let rest = machine.receivedEnd()
        #expect(rest == .close)
        let loss = machine.ended(byPeer: true)
        #expect(loss == .none)
    }

    @Test func aResponseThatNobodyAskedForIsNotTaken() {
        var machine = self.connected(afterResponses: 1)
        let isTaken = machine.receivedHead(keepsAlive: true)
        #expect(!isTaken)
        let loss = machine.ended(byPeer: false)
        #expect(loss == .none)
    }

    @Test func aConnectionThatNeverCameAboutCarriedNothing() {
        var machine = ConnectionMachine()
        let loss = machine.ended(byPeer: true)
        #expect(loss == .none)
    }
}

struct PoolMachineTests {
    private final class Thing {}

    private func isRun(_ admission: PoolMachine<Thing, Thing>.Admission, on thing: Thing) -> Bool {
        if case .run(let connection) = admission { connection === thing } else { false }
    }

    private func words(_ admission: PoolMachine<Thing, Thing>.Admission) -> String {
        switch admission {
        case .run: "run"
        case .connect: "connect"
        case .wait: "wait"
        case .refuse: "refuse"
        }
    }

    @Test func connectionsAreMadeUpToTheLimitThenRequestsWaitThenTheyAreRefused() {
        var machine = PoolMachine<Thing, Thing>(limit: 2, maxWaiting: 1)
        let said = (0..<4).map { _ in self.words(machine.admit(Thing())) }
        #expect(said == ["connect", "connect", "wait", "refuse"])
        #expect(machine.open == 2)
    }

    @Test func theConnectionThatWasUsedLastIsUsedNext() {
        var machine = PoolMachine<Thing, Thing>(limit: 2, maxWaiting: 1)
        let (first, second) = (Thing(), Thing())
        for _ in 0..<2 { _ = machine.admit(Thing()) }
        let firstNext = machine.freed(first, at: .uptimeNanoseconds(1))
        #expect(firstNext == nil)
        let secondNext = machine.freed(second, at: .uptimeNanoseconds(2))
        #expect(secondNext == nil)
        let firstAdmission = machine.admit(Thing())
        #expect(self.isRun(firstAdmission, on: second))
        let secondAdmission = machine.admit(Thing())
        #expect(self.isRun(secondAdmission, on: first))
    }

    @Test func whoWaitsTakesWhatIsFreedInOrder() {
        var machine = PoolMachine<Thing, Thing>(limit: 1, maxWaiting: 3)
        _ = machine.admit(Thing())
        let waiters = [Thing(), Thing(), Thing()]
        for waiter in waiters {
            let admission = machine.admit(waiter)
            #expect(self.words(admission) == "wait")
        }
        let firstWasWaiting = machine.forget(waiters[1])
        #expect(firstWasWaiting)
        let secondWasWaiting = machine.forget(waiters[1])
        #expect(!secondWasWaiting)
        let connection = Thing()
        let next = machine.freed(connection, at: .now())
        #expect(next === waiters[0])
        // A lost connection is replaced for the next.
        let firstWaiter = machine.lost(connection)
        #expect(firstWaiter === waiters[2])
        #expect(machine.open == 1)
        let secondWaiter = machine.lost(nil)
        #expect(secondWaiter == nil)
        #expect(machine.isEmpty)
    }

    @Test func onlyWhatIdledLongEnoughIsClosed() {
        var machine = PoolMachine<Thing, Thing>(limit: 2, maxWaiting: 0)
        let (old, young) = (Thing(), Thing())
        for _ in 0..<2 { _ = machine.admit(Thing()) }
        _ = machine.freed(old, at: .uptimeNanoseconds(10))
        _ = machine.freed(young, at: .uptimeNanoseconds(20))
        let expired = machine.expired(since: .uptimeNanoseconds(15))
        #expect(expired.count == 1 && expired.first === old)
        #expect(machine.idleCount == 1 && machine.open == 2)
        let waiter = machine.lost(old)
        #expect(waiter == nil)
        #expect(machine.open == 1)
    }

    @Test func aFreshConnectionIsMadeBesideIdleOnes() {
        var machine = PoolMachine<Thing, Thing>(limit: 2, maxWaiting: 0)
        _ = machine.admit(Thing())
        _ = machine.freed(Thing(), at: .now())
        let admission = machine.admit(Thing(), fresh: true)
        #expect(self.words(admission) == "connect")
    }
}

struct RequestTargetTests {
    @Test(arguments: [
        ("http://a.example", "a.example", 80, "/"), ("https://A.example", "a.example", 443, "/"),
        ("http://a.example:8080/x/y?z=1#part", "a.example", 8_080, "/x/y?z=1"),
        ("http://a.example?q", "a.example", 80, "/?q"), ("http://[::1]:81/x", "::1", 81, "/x"),
        ("http://ada:secret@a.example/x", "a.example", 80, "/x"), ("http://a.example:/x", "a.example", 80, "/x"),
        ("http://a.example/grüße?ä b", "a.example", 80, "/gr%C3%BC%C3%9Fe?%C3%A4%20b"),
    ])
    func anAbsoluteURLSaysWhereToAndWhat(url: String, host: String, port: Int, path: String) throws {
        let target = try RequestTarget(url)
        #expect(target.origin == Origin(isSecure: url.hasPrefix("https"), host: host, port: port))
        #expect(target.path == path)
    }

    @Test(arguments: [
        "", "http://", "https:///x", "http://a.example:0/", "http://a.example:65536/", "http://a.example:+80/",
        "http://[::1/", "http://[::1]x/", "a.example", "ftp://a.example", "http://a\r\nb.example/", "http://@/",
    ])
    func whatIsNoneIsRefused(url: String) {
        #expect(throws: HTTPTransportError.self, "\(url)") { try RequestTarget(url) }
    }
}
