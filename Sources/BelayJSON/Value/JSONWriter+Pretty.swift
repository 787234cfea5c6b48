extension JSONWriter {
    mutating func appendPretty(_ value: JSON, indentation: Int) {
        switch value {
        case .array(let values) where !values.isEmpty:
            self.append(UInt8(ascii: "["))
            for (position, element) in values.enumerated() {
                self.appendLineBreak(afterElement: position > 0, indentation: indentation + 1)
                self.appendPretty(element, indentation: indentation + 1)
            }
            self.appendLineBreak(afterElement: false, indentation: indentation)
            self.append(UInt8(ascii: "]"))
        case .object(let object) where !object.isEmpty:
            self.append(UInt8(ascii: "{"))
            for (position, member) in object.members.enumerated() {
                self.appendLineBreak(afterElement: position > 0, indentation: indentation + 1)
                self.append(quoted: member.key)
                self.append(literal: ": ")
                self.appendPretty(member.value, indentation: indentation + 1)
            }
            self.appendLineBreak(afterElement: false, indentation: indentation)
            self.append(UInt8(ascii: "}"))
        default: self.append(value)
        }
    }

    private mutating func appendLineBreak(afterElement: Bool, indentation: Int) {
        if afterElement { self.append(UInt8(ascii: ",")) }
        self.append(UInt8(ascii: "\n"))
        self.append(each: repeatElement(0x20, count: indentation * 2))
    }
}
