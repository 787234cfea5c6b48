#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Cuts a byte stream into lines at LF and nowhere else: other line ends are legal inside a JSON text.
struct LineSplitter {
    /// A line was longer than the bound. The stream can't be used any more: nobody knows what the rest belongs to.
    struct LineTooLong: Error {
        var limit: Int
    }

    /// In bytes.
    let limit: Int
    private var pending: [UInt8] = []

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes the next bytes and hands over each line that they complete, without its end, empty ones left out.
    mutating func push(_ bytes: UnsafeRawBufferPointer, _ emit: ([UInt8]) -> Void) throws(LineTooLong) {
        var rest = bytes[...]
        while let start = rest.baseAddress, let found = memchr(start, 0x0A, rest.count) {
            let length = UnsafeRawPointer(found) - start
            try self.take(rest.prefix(length))
            if self.pending.last == 0x0D { self.pending.removeLast() }
            if !self.pending.isEmpty { emit(self.pending) }
            self.pending.removeAll(keepingCapacity: self.pending.capacity <= 1 << 20)
            rest = rest.dropFirst(length + 1)
        }
        try self.take(rest)
    }

    private mutating func take(_ part: Slice<UnsafeRawBufferPointer>) throws(LineTooLong) {
        guard self.pending.count + part.count <= self.limit else { throw LineTooLong(limit: self.limit) }
        self.pending.append(contentsOf: part)
    }
}

extension Slice<UnsafeRawBufferPointer> {
    fileprivate var baseAddress: UnsafeRawPointer? {
        self.isEmpty ? nil : UnsafeRawBufferPointer(rebasing: self).baseAddress
    }
}
