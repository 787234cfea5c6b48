import BelayCore
import BelayHTTP
import Testing

@testable import BelayModels

struct RetryAfterTests {
    @Test(
        arguments: [
            (["retry-after": "2"], .seconds(2)), (["Retry-After": "0.5"], .milliseconds(500)),
            (["retry-after-ms": "1500", "retry-after": "9"], .milliseconds(1_500)),
            (["retry-after": "Thu, 01 Jan 1970 00:00:30 GMT"], .seconds(20)),
            (["retry-after": "Thu, 01 Jan 1970 00:00:05 GMT"], .zero), (["retry-after": "-3"], .zero),
            (["retry-after": "99999999999"], .seconds(86_400)), (["retry-after": "soon"], nil),
            (["retry-after": "nan"], nil),
            ([:], nil),
        ] as [(HTTPHeaderFields, Duration?)])
    func readsSecondsDatesAndMilliseconds(headers: HTTPHeaderFields, wait: Duration?) {
        #expect(RetryAfter.wait(in: headers, now: Timestamp(milliseconds: 10_000)) == wait)
    }
}
