"""What an anchor says (锚点内容): the words that are signed, and the forms in which they are handed out."""

from __future__ import annotations

import base64
import binascii
import json
import struct
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from services.audit_digest import ALGORITHMS, HASH_BYTES, hasher
from states.exceptions import JiugaiError, Kind

FORMAT = "jiugai-anchor/1"
CODE = "JIUGAI1."
"""What the short form for printed sheets begins with; it holds the whole anchor, signature included."""
_CODED = struct.Struct(">16sIQQB32s32s32s64s")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class AnchorUnreadable(JiugaiError):
    """A text that is no anchor."""

    code = "anchor_unreadable"
    kind = Kind.invalid
    zh = "{file} 不是锚点：{problem}。请使用收到的原始锚点文件（.json），或印在材料上以 JIUGAI1. 开头的整段编码。"
    en = "{file} is no anchor: {problem}. Use the file as it was handed out, or the whole code beginning with JIUGAI1."


class Signer(Protocol):
    """Who signs anchors: an Ed25519 key."""

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""

    def sign(self, data: bytes) -> bytes:
        """The signature, 64 bytes."""


@dataclass(frozen=True, slots=True)
class Statement:
    """The words that are signed. `size` entries have the root `root`; hashes in hex, `key` is the public key in base64.

    `system` is the record's random name, `previous` the hash of the anchor before (empty for the first).
    """

    system: str
    number: int
    size: int
    root: str
    algorithm: str
    taken_at: datetime
    previous: str
    key: str

    @property
    def text(self) -> str:
        """The very text that is signed: JSON, keys sorted, no spaces, the instant in UTC with microseconds."""
        said = {**asdict(self), "format": FORMAT, "taken_at": self.taken_at.isoformat(timespec="microseconds")}
        return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @property
    def hash(self) -> str:
        """The anchor's hash, which the next anchor names."""
        return hasher(self.algorithm)(self.text.encode()).hex()


@dataclass(frozen=True, slots=True)
class SignedAnchor:
    """A statement and its signature (base64)."""

    statement: Statement
    signature: str

    @property
    def is_signed(self) -> bool:
        """Whether the signature is that of the key the statement names."""
        return is_signed(self.statement.key, self.signature, self.statement.text.encode())

    def as_dict(self) -> dict[str, Any]:
        """The anchor as it is handed out in a file."""
        return {**json.loads(self.statement.text), "signature": self.signature}

    @property
    def code(self) -> str:
        """The anchor as one short text, for a QR code on a printed sheet (about 270 characters)."""
        s = self.statement
        packed = _CODED.pack(
            bytes.fromhex(s.system),
            s.number,
            s.size,
            (s.taken_at - _EPOCH) // _MICROSECOND,
            ALGORITHMS.index(s.algorithm),
            bytes.fromhex(s.root),
            bytes.fromhex(s.previous) or bytes(HASH_BYTES),
            base64.b64decode(s.key),
            base64.b64decode(self.signature),
        )
        return CODE + base64.urlsafe_b64encode(packed).decode().rstrip("=")


def sign(statement: Statement, signer: Signer) -> SignedAnchor:
    """The statement with its signature."""
    return SignedAnchor(statement, base64.b64encode(signer.sign(statement.text.encode())).decode())


def is_signed(key: str, signature: str, data: bytes) -> bool:
    """Whether an Ed25519 signature holds; key and signature in base64."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key, validate=True))
        public.verify(base64.b64decode(signature, validate=True), data)
    except (InvalidSignature, ValueError):
        return False
    return True


def read_anchor(text: str, *, file: str) -> SignedAnchor:
    """An anchor from what was handed out: the JSON of a file, or the short form. Raises AnchorUnreadable.

    Its signature is not looked at.
    """
    try:
        anchor = _decoded(text.strip()) if text.strip().startswith(CODE) else anchor_of(json.loads(text))
        _ = anchor.code  # whatever does not fit into it is no anchor either
    except (ValueError, TypeError, KeyError, struct.error, AttributeError, RecursionError) as problem:
        raise AnchorUnreadable(file=file, problem=_words(problem)) from problem
    return anchor


def _words(problem: Exception) -> str:
    if isinstance(problem, json.JSONDecodeError | UnicodeError):
        return "内容不是 JSON"
    return f"缺少 {problem}" if isinstance(problem, KeyError) else "内容不完整或被改动"


def anchor_of(data: dict[str, Any]) -> SignedAnchor:
    """An anchor from its data. Raises KeyError, TypeError and ValueError for what is none."""
    if data["format"] != FORMAT:
        raise ValueError(data["format"])
    taken_at = datetime.fromisoformat(data["taken_at"]).astimezone(UTC)
    names = ("system", "number", "size", "root", "algorithm", "previous", "key")
    return SignedAnchor(Statement(taken_at=taken_at, **{name: data[name] for name in names}), data["signature"])


def _decoded(code: str) -> SignedAnchor:
    packed = code.removeprefix(CODE)
    try:
        raw = base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
    except binascii.Error as problem:
        raise ValueError("base64") from problem
    system, number, size, moment, algorithm, root, previous, key, signature = _CODED.unpack(raw)
    if algorithm >= len(ALGORITHMS):
        raise ValueError("algorithm")
    statement = Statement(
        system=system.hex(),
        number=number,
        size=size,
        root=root.hex(),
        algorithm=ALGORITHMS[algorithm],
        taken_at=_EPOCH + moment * _MICROSECOND,
        previous="" if previous == bytes(HASH_BYTES) else previous.hex(),
        key=base64.b64encode(key).decode(),
    )
    return SignedAnchor(statement, base64.b64encode(signature).decode())
