// The generator is one of `BelayResilience`; tests that import this module have it too.
@_exported import struct BelayResilience.SeededGenerator
