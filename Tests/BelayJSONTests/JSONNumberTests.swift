import BelayJSON
import Testing

struct JSONNumberTests {
    @Test(arguments: [
        ("1", "1.0"), ("1", "10e-1"), ("100", "1e2"), ("0", "-0"), ("0", "0e500"), ("0.1", "1e-1"), ("-5", "-0.5e1"),
        ("18446744073709551616", "1.8446744073709551616e19"), ("9223372036854775807", "9223372036854775807.0"),
        ("1e400", "10E+399"),
    ])
    func equalNumbersAreEqualHoweverTheyAreWritten(left: String, right: String) throws {
        let (left, right) = (try JSON.parse(left), try JSON.parse(right))
        #expect(left == right && left.hashValue == right.hashValue)
        #expect(left.canonicalBytes() == right.canonicalBytes())
    }

    @Test(arguments: [
        ("0.1", "0.10000000000000001"), ("9007199254740993", "9007199254740992.0"), ("1e400", "1e401"), ("1", "true"),
        ("18446744073709551615", "18446744073709551616"), ("1e-400", "0"), ("-1", "1"),
    ])
    func differentNumbersDifferEvenWhereDoublesDoNot(left: String, right: String) throws {
        #expect(try JSON.parse(left) != JSON.parse(right))
    }

    @Test func comparesExactly() throws {
        let ascending = [
            "-1e400", "-18446744073709551616", "-1.5", "-1", "-1e-400", "0", "1e-400", "0.1", "0.10000000000000001",
            "1",
            "1.5", "10", "18446744073709551615", "18446744073709551616", "1e400", "1.0000001e400",
        ].compactMap { JSON.Number($0) }
        #expect(ascending.count == 16)
        for (position, number) in ascending.enumerated() {
            for other in ascending[(position + 1)...] { #expect(number < other && !(other < number)) }
        }
    }

    @Test func readsTheEndsOfInt64() throws {
        #expect(try JSON.parse("-9223372036854775808") == .int(.min))
        #expect(try JSON.parse("9223372036854775807") == .int(.max))
        #expect(try JSON.parse("999999999999999999") == .int(999_999_999_999_999_999))
        guard case .number(let beyond) = try JSON.parse("9223372036854775808") else {
            Issue.record("fits into Int64")
            return
        }
        #expect(beyond.text == "9223372036854775808" && beyond.int64Value == nil)
        #expect(JSON.Number("-9223372036854775808.0")?.int64Value == .min)
        #expect(JSON.Number("-9223372036854775809")?.int64Value == nil)
    }

    @Test func keepsTheTextAndTheSignOfZero() throws {
        #expect(try JSON.parse("[-0, 1.50, 1E5, -0.0]").serialized() == "[-0,1.50,1E5,-0.0]")
        #expect(try JSON.parse("-0").doubleValue?.sign == .minus)
        #expect(JSON(-0.0).serialized() == "-0.0")
    }

    @Test func readsWholeNumbersAsIntegers() throws {
        #expect(try JSON.parse("2.0").intValue == 2)
        #expect(try JSON.parse("2.5").intValue == nil)
        #expect(try JSON.parse("1e3").intValue == 1000)
        #expect(try JSON.parse("1e400").doubleValue == nil)
        #expect(JSON(Double.nan).isNull && JSON(-Double.infinity).isNull)
        #expect(JSON(3.0) == .int(3))
        #expect(JSON(UInt64.max).serialized() == "18446744073709551615")
    }

    @Test(arguments: ["", "-", "1.", ".1", "1e", "01", "+1", "0x1", " 1", "1 ", "1e9999999999999999", "NaN"])
    func refusesWhatIsNoNumber(text: String) {
        #expect(JSON.Number(text) == nil)
    }

    @Test(arguments: [
        ("1e21", "1e+21"), ("123456789012345678901.5", "123456789012345678901.5"), ("1e-6", "0.000001"),
        ("1e-7", "1e-7"),
        ("12.50", "12.5"), ("1e2", "100"), ("-1.5e-10", "-1.5e-10"), ("1e20", "100000000000000000000"), ("-0", "0"),
    ])
    func writesCanonicalNumbersAsECMAScriptDoes(text: String, canonical: String) throws {
        #expect(String(decoding: try JSON.parse(text).canonicalBytes(), as: UTF8.self) == canonical)
    }
}
