"""The Merkle tree (默克尔树) of RFC 9162: roots, inclusion and consistency proofs, and how both are checked.

Pure: a tree is whatever answers for its complete subtrees. Node (`level`, `number`) covers the leaves from
`number << level` on, `1 << level` of them, fewer at the right edge; level 0 are the leaves' hashes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

Hash = Callable[[bytes], bytes]
Complete = Callable[[int, int], bytes]
"""The hash of the complete subtree (level, number)."""


def leaf_hash(hashed: Hash, data: bytes) -> bytes:
    """The hash of a leaf: 0x00 before its data, so that no leaf can pass for a node."""
    return hashed(b"\x00" + data)


def node_hash(hashed: Hash, left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: 0x01 before its two children."""
    return hashed(b"\x01" + left + right)


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree of `size` leaves over `complete`, which is asked for complete subtrees only."""

    hashed: Hash
    complete: Complete
    size: int

    def root(self) -> bytes:
        """The root; the hash of nothing for an empty tree."""
        return self.span(0, self.size) if self.size else self.hashed(b"")

    def inclusion(self, position: int) -> list[bytes]:
        """The path from a leaf up to the root (RFC 9162, 2.1.3.1). Raises ValueError for a leaf outside the tree."""
        return [self.node(level, number) for level, number in siblings(position, self.size)]

    def consistency(self, earlier: int) -> list[bytes]:
        """What shows that the first `earlier` leaves are still the same (RFC 9162, 2.1.4.1)."""
        if not 0 < earlier <= self.size:
            raise ValueError(f"no tree of {earlier} leaves precedes one of {self.size}")
        return self._consistency(earlier, 0, self.size, whole=True)

    def node(self, level: int, number: int) -> bytes:
        """The node (level, number), cut off at the right edge."""
        return self.span(number << level, min((number + 1) << level, self.size))

    def span(self, start: int, end: int) -> bytes:
        """The hash of the leaves from `start` to `end`, as the tree over them has it."""
        length = end - start
        if length & (length - 1) == 0:
            level = length.bit_length() - 1
            return self.complete(level, start >> level)
        split = start + _below(length)
        return node_hash(self.hashed, self.span(start, split), self.span(split, end))

    def _consistency(self, earlier: int, start: int, end: int, *, whole: bool) -> list[bytes]:
        length = end - start
        if earlier == length:
            return [] if whole else [self.span(start, end)]
        half = _below(length)
        if earlier <= half:
            return [*self._consistency(earlier, start, start + half, whole=whole), self.span(start + half, end)]
        proof = self._consistency(earlier - half, start + half, end, whole=False)
        return [*proof, self.span(start, start + half)]


def siblings(number: int, size: int, level: int = 0) -> Iterator[tuple[int, int]]:
    """The nodes beside the way of a node (a leaf) up to the root of a tree of `size`, from below. Raises ValueError.

    One with an odd number stands to the right of the way.
    """
    if not 0 <= number << level < size:
        raise ValueError(f"node {number} of level {level} is not in a tree of {size}")
    while 1 << level < size:
        if ((number ^ 1) << level) < size:
            yield level, number ^ 1
        number, level = number >> 1, level + 1


def _below(length: int) -> int:
    """The largest power of two smaller than `length`."""
    return 1 << (length - 1).bit_length() - 1


@dataclass(slots=True)
class Frontier:
    """A tree that grows: of what is complete only the roots are kept, left to right (one for each bit of `size`)."""

    hashed: Hash
    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf's hash; returns the inner nodes this completes as (level, number, hash), lowest first."""
        made, level, node = [], 0, leaf
        while self.size >> level & 1:
            node = node_hash(self.hashed, self.peaks.pop(), node)
            level += 1
            made.append((level, self.size >> level, node))
        self.peaks.append(node)
        self.size += 1
        return made

    def root(self) -> bytes:
        """The root of what is there so far."""
        if not self.peaks:
            return self.hashed(b"")
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(self.hashed, peak, root)
        return root


def peaks_of(size: int) -> list[tuple[int, int]]:
    """The complete subtrees a tree of `size` leaves consists of, left to right, as (level, number)."""
    found, start = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            found.append((level, start >> level))
            start += 1 << level
    return found


def is_included(hashed: Hash, leaf: bytes, position: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` leads from the leaf's hash to the root (RFC 9162, 2.1.3.2)."""
    if not 0 <= position < size:
        return False
    way = list(siblings(position, size))
    if len(way) != len(path):
        return False
    node = leaf
    for (_, number), step in zip(way, path, strict=True):
        node = node_hash(hashed, node, step) if number & 1 else node_hash(hashed, step, node)
    return node == root


@dataclass(frozen=True, slots=True)
class Head:
    """The size of a tree and its root."""

    size: int
    root: bytes


def is_consistent(hashed: Hash, earlier: Head, later: Head, proof: Sequence[bytes]) -> bool:
    """Whether the earlier tree is the beginning of the later one (RFC 9162, 2.1.4.2)."""
    if earlier.size == later.size:
        return not proof and earlier.root == later.root
    if not 0 < earlier.size < later.size:
        return False
    level, number = peaks_of(earlier.size)[-1]
    way = list(siblings(number, later.size, level))
    first, steps = ([earlier.root], proof) if number == 0 else (proof[:1], proof[1:])
    if not first or len(way) != len(steps):
        return False
    old = new = first[0]
    for (_, beside), step in zip(way, steps, strict=True):
        if beside & 1:
            new = node_hash(hashed, new, step)
        else:
            old, new = node_hash(hashed, step, old), node_hash(hashed, step, new)
    return old == earlier.root and new == later.root
