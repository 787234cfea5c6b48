/// One page of a long list.
public struct Page<Item: Sendable>: Sendable {
    public var items: [Item]
    /// Where the next page begins; nil at the end of the list.
    public var next: Cursor?

    public init(items: [Item], next: Cursor?) {
        self.items = items
        self.next = next
    }
}
