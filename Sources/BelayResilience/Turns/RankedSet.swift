/// Elements of which the one with the lowest rank is known. Adding, moving and removing one takes O(log n): a binary heap
/// that knows where each element stands.
struct RankedSet<Element: Hashable & Sendable, Rank: Comparable & Sendable>: Sendable {
    private var heap: [(element: Element, rank: Rank)] = []
    private var places: [Element: Int] = [:]

    var count: Int { self.heap.count }

    /// The one with the lowest rank; nil when there is none.
    var first: Element? { self.heap.first?.element }

    var lowestRank: Rank? { self.heap.first?.rank }

    func rank(of element: Element) -> Rank? { self.places[element].map { self.heap[$0].rank } }

    /// Adds an element, or moves one that is there.
    mutating func place(_ element: Element, at rank: Rank) {
        let index = self.places[element] ?? self.heap.count
        if index == self.heap.count {
            self.heap.append((element, rank))
            self.places[element] = index
        } else {
            self.heap[index].rank = rank
        }
        self.settle(index)
    }

    mutating func remove(_ element: Element) {
        guard let index = self.places.removeValue(forKey: element) else { return }
        let last = self.heap.removeLast()
        guard index < self.heap.count else { return }
        self.heap[index] = last
        self.places[last.element] = index
        self.settle(index)
    }

    /// Moves what stands at `index` to where its rank belongs.
    private mutating func settle(_ index: Int) {
        var index = index
        while index > 0, self.heap[index].rank < self.heap[(index - 1) / 2].rank {
            self.swap(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
        while let child = self.lowerChild(of: index), self.heap[child].rank < self.heap[index].rank {
            self.swap(index, child)
            index = child
        }
    }

    private func lowerChild(of index: Int) -> Int? {
        let (left, right) = (2 * index + 1, 2 * index + 2)
        guard left < self.heap.count else { return nil }
        return right < self.heap.count && self.heap[right].rank < self.heap[left].rank ? right : left
    }

    private mutating func swap(_ left: Int, _ right: Int) {
        self.heap.swapAt(left, right)
        self.places[self.heap[left].element] = left
        self.places[self.heap[right].element] = right
    }
}
