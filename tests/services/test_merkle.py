"""RFC 9162: what grows leaf by leaf, its proofs and their checks agree with the tree as the RFC defines it."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.merkle import Frontier, Head, Tree, is_consistent, is_included, leaf_hash, peaks_of, siblings


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


# The definitions of RFC 9162, 2.1, written down as they stand there.


def naive_root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return sha(b"\x00" + leaves[0])
    k = split(len(leaves))
    return sha(b"\x01" + naive_root(leaves[:k]) + naive_root(leaves[k:]))


def naive_path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*naive_path(m, leaves[:k]), naive_root(leaves[k:])]
    return [*naive_path(m - k, leaves[k:]), naive_root(leaves[:k])]


def naive_proof(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [naive_root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*naive_proof(m, leaves[:k], whole), naive_root(leaves[k:])]
    return [*naive_proof(m - k, leaves[k:], False), naive_root(leaves[:k])]


def split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def tree_of(leaves: list[bytes], size: int | None = None) -> Tree:
    """A tree over leaves that answers for complete subtrees out of the naive definition."""

    def complete(level: int, number: int) -> bytes:
        return naive_root(leaves[number << level : (number + 1) << level])

    return Tree(sha, complete, len(leaves) if size is None else size)


LEAVES = st.lists(st.binary(max_size=4), min_size=1, max_size=70)


class TestRoot:
    def test_of_the_rfcs_own_example_of_nothing(self) -> None:
        assert Frontier(sha).root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        assert tree_of([]).root() == naive_root([])

    @given(LEAVES)
    def test_grown_leaf_by_leaf_is_the_one_of_the_definition_at_every_size(self, leaves: list[bytes]) -> None:
        growing = Frontier(sha)
        made = {}
        for size, data in enumerate(leaves, start=1):
            for level, number, node in growing.append(leaf_hash(sha, data)):
                made[level, number] = node
            assert growing.root() == naive_root(leaves[:size])
            assert len(growing.peaks) == len(peaks_of(size))
        for (level, number), node in made.items():
            assert node == naive_root(leaves[number << level : (number + 1) << level])
        assert tree_of(leaves).root() == naive_root(leaves)

    def test_a_leaf_cannot_pass_for_a_node(self) -> None:
        two = [b"a", b"b"]
        forged = leaf_hash(sha, b"a") + leaf_hash(sha, b"b")
        assert naive_root([forged]) != naive_root(two)


class TestInclusion:
    @given(LEAVES, st.data())
    def test_path_is_the_rfcs_and_holds_for_this_leaf_only(self, leaves: list[bytes], data: st.DataObject) -> None:
        m = data.draw(st.integers(0, len(leaves) - 1))
        tree = tree_of(leaves)
        path, root, leaf = tree.inclusion(m), tree.root(), leaf_hash(sha, leaves[m])
        assert path == naive_path(m, leaves)
        assert [tree.node(*at) for at in siblings(m, len(leaves))] == path
        assert is_included(sha, leaf, m, len(leaves), path, root)
        assert not is_included(sha, leaf_hash(sha, leaves[m] + b"?"), m, len(leaves), path, root)
        assert not is_included(sha, leaf, m, len(leaves), [*path, root], root)
        for step in range(len(path)):
            assert not is_included(sha, leaf, m, len(leaves), [*path[:step], sha(b"?"), *path[step + 1 :]], root)
            assert not is_included(sha, leaf, m, len(leaves), path[:step] + path[step + 1 :], root)

    @pytest.mark.parametrize("position", [-1, 3, 99])
    def test_of_a_leaf_outside_the_tree_there_is_none(self, position: int) -> None:
        tree = tree_of([b"a", b"b", b"c"])
        with pytest.raises(ValueError, match=str(position)):
            tree.inclusion(position)
        assert not is_included(sha, b"", position, 3, [], tree.root())


class TestConsistency:
    @given(LEAVES, st.data())
    def test_proof_is_the_rfcs_and_holds_for_this_past_only(self, leaves: list[bytes], data: st.DataObject) -> None:
        m = data.draw(st.integers(1, len(leaves)))
        tree, n = tree_of(leaves), len(leaves)
        proof = tree.consistency(m)
        assert proof == naive_proof(m, leaves)
        then, now = Head(m, naive_root(leaves[:m])), Head(n, tree.root())
        assert is_consistent(sha, then, now, proof)
        assert not is_consistent(sha, Head(m, sha(b"another past")), now, proof)
        assert not is_consistent(sha, then, Head(n, sha(b"another present")), proof)
        assert not is_consistent(sha, then, now, [*proof, now.root])
        for step in range(len(proof)):
            assert not is_consistent(sha, then, now, [*proof[:step], sha(b"?"), *proof[step + 1 :]])

    @given(LEAVES, st.data())
    def test_a_tree_with_one_leaf_of_the_past_changed_is_never_consistent(
        self, leaves: list[bytes], data: st.DataObject
    ) -> None:
        m = data.draw(st.integers(1, len(leaves)))
        changed = data.draw(st.integers(0, m - 1))
        other = [*leaves[:changed], leaves[changed] + b"!", *leaves[changed + 1 :]]
        then = Head(m, naive_root(leaves[:m]))
        assert not is_consistent(sha, then, Head(len(other), naive_root(other)), tree_of(other).consistency(m))

    def test_nothing_precedes_nothing(self) -> None:
        with pytest.raises(ValueError, match="0"):
            tree_of([b"a"]).consistency(0)
        with pytest.raises(ValueError, match="2"):
            tree_of([b"a"]).consistency(2)
        assert not is_consistent(sha, Head(2, b""), Head(1, b""), [b""])
