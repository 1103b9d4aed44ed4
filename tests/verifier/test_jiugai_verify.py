"""The standalone verifier's own algorithms against others' implementations of them."""

from __future__ import annotations

import ast
import base64
import hashlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from services import merkle
from services.evidence_pack import VERIFIER


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("jiugai_verify", VERIFIER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


alone = loaded()


def test_needs_the_standard_library_only_and_no_python_newer_than_3_8() -> None:
    tree = ast.parse(VERIFIER.read_text(encoding="utf-8"), feature_version=(3, 8))
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    modules |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert modules <= set(sys.stdlib_module_names)
    assert Path(VERIFIER).name == "jiugai_verify.py"


@given(st.binary(max_size=300))
def test_sm3_is_openssls(data: bytes) -> None:
    assert alone.sm3(data) == hashlib.new("sm3", data).digest()


class TestEd25519:
    # RFC 8032, 7.1, test 2
    KEY = base64.b64encode(bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")).decode()
    SIGNATURE = (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )

    def test_takes_the_rfcs_own_signature_and_no_other(self) -> None:
        good = bytes.fromhex(self.SIGNATURE)
        assert alone.is_signed(self.KEY, base64.b64encode(good).decode(), b"\x72")
        assert not alone.is_signed(self.KEY, base64.b64encode(good).decode(), b"\x73")
        order = 2**252 + 27742317777372353535851937790883648493
        malleable = good[:32] + (int.from_bytes(good[32:], "little") + order).to_bytes(32, "little")
        assert not alone.is_signed(self.KEY, base64.b64encode(malleable).decode(), b"\x72")

    @settings(max_examples=15, deadline=None)
    @given(st.binary(min_size=32, max_size=32), st.binary(max_size=50), st.integers(0, 511))
    def test_agrees_with_cryptography(self, seed: bytes, data: bytes, bit: int) -> None:
        private = Ed25519PrivateKey.from_private_bytes(seed)
        key = base64.b64encode(private.public_key().public_bytes_raw()).decode()
        signature = bytearray(private.sign(data))
        assert alone.is_signed(key, base64.b64encode(signature).decode(), data)
        signature[bit // 8] ^= 1 << bit % 8
        assert not alone.is_signed(key, base64.b64encode(signature).decode(), data)

    @pytest.mark.parametrize(("key", "signature"), [("", ""), ("甲", "乙"), ("AAAA", "AAAA"), (None, None)])
    def test_what_is_no_signature_is_none(self, key: str, signature: str) -> None:
        assert not alone.is_signed(key, signature, b"")


class TestTree:
    @given(st.integers(1, 200), st.data())
    def test_agrees_with_the_programs_own_proofs(self, size: int, data: st.DataObject) -> None:
        sha = alone.sha256
        leaves = [sha(b"\x00" + bytes([n])) for n in range(size)]
        frontier, nodes = merkle.Frontier(sha), {(0, n): leaf for n, leaf in enumerate(leaves)}
        for leaf in leaves:
            nodes |= {(level, number): node for level, number, node in frontier.append(leaf)}
        tree = merkle.Tree(sha, lambda level, number: nodes[level, number], size)
        position, first = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
        path = tree.inclusion(position)
        assert alone.root_over(sha, leaves[position], position, size, path) == frontier.root()
        assert alone.siblings(position, size) == [f"{a}/{b}" for a, b in merkle.siblings(position, size)]
        early = merkle.Tree(sha, tree.complete, first).root()
        proof = tree.consistency(first)
        assert alone.is_consistent(sha, first, early, size, frontier.root(), proof)
        assert not alone.is_consistent(sha, first, sha(b"?"), size, frontier.root(), proof)
