"""The hash of an entry (哈希): which algorithms there are, and what of an entry goes into it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from json.encoder import encode_basestring as quoted
from typing import Any

from states.exceptions import JiugaiError, Kind

SHA256, SM3 = "sha256", "sm3"
ALGORITHMS = (SHA256, SM3)
"""SHA-256, and SM3 (GM/T 0004-2012) for who has to use the national algorithms; both give 32 bytes."""
HASH_BYTES = 32


class AlgorithmUnavailable(JiugaiError):
    """The OpenSSL of this machine does not offer the algorithm the settings ask for."""

    code = "algorithm_unavailable"
    kind = Kind.invalid
    zh = (
        "本机的 OpenSSL 不提供哈希算法 {algorithm}，没有启动，数据未改动。"
        "请系统管理员换用提供 SM3 的 OpenSSL（1.1.1 以上），或把 JIUGAI_AUDIT_ALGORITHM 改为 sha256。"
    )
    en = (
        "The OpenSSL of this machine does not offer {algorithm}; nothing was changed. Use one that does (1.1.1 or "
        "later), or set JIUGAI_AUDIT_ALGORITHM to sha256."
    )


@cache
def hasher(algorithm: str) -> Callable[[bytes], bytes]:
    """The function behind an algorithm's name. Raises AlgorithmUnavailable, also for a name that is none of ours."""
    if algorithm == SHA256:
        return _sha256
    if algorithm not in ALGORITHMS or algorithm not in hashlib.algorithms_available:
        raise AlgorithmUnavailable(algorithm=algorithm)
    return lambda data: hashlib.new(algorithm, data).digest()


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def digest(row: Mapping[str, Any]) -> str:
    """The hash of an entry: every column but `id` and `hash`, as JSON with sorted keys, instants in UTC."""
    content = {name: _plain(value) for name, value in row.items() if name not in ("id", "hash")}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hasher(row["algorithm"])(text.encode()).hex()


def plain_entry(row: Mapping[str, Any]) -> dict[str, Any]:
    """An entry as JSON-safe data, as it is handed out and as its hash sees it."""
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:  # noqa: ANN401 - a column may hold anything JSON knows
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else value


class Unreadable(ValueError):
    """A column holds what no entry can hold: broken JSON, no instant, bytes for words."""


def stored_digest(row: Sequence[Any]) -> str:
    """`digest` of an entry as the database holds it, four times as fast: for going through millions of them.

    `row` has every column in the order of the table, as the driver gives it: instants and JSON as text from SQLite, as
    objects from PostgreSQL. Text that does not read as we write it is a change like any other. Raises Unreadable
    naming the column.
    """
    (
        _, subject, subject_id, seq, source, action, actor, on_behalf_of, reason, before, after, pack, request_id,
        occurred_at, recorded_at, algorithm, previous_hash, _,
    ) = row  # fmt: skip
    try:
        text = (
            f'{{"action":{quoted(action)},"actor":{quoted(actor)},"after":{_json("after", after)},'
            f'"algorithm":{quoted(algorithm)},"before":{_json("before", before)},'
            f'"occurred_at":{_instant("occurred_at", occurred_at)},"on_behalf_of":{_or_null(on_behalf_of)},'
            f'"pack":{_or_null(pack)},"previous_hash":{quoted(previous_hash)},"reason":{_or_null(reason)},'
            f'"recorded_at":{_instant("recorded_at", recorded_at)},"request_id":{_or_null(request_id)},'
            f'"seq":{_whole(seq)},"source":{quoted(source)},"subject":{quoted(subject)},'
            f'"subject_id":{quoted(subject_id)}}}'
        )
        return hasher(algorithm)(text.encode()).hex()
    except (TypeError, UnicodeError) as problem:
        raise Unreadable("text") from problem


def _or_null(value: str | None) -> str:
    return "null" if value is None else quoted(value)


def _whole(value: object) -> int:
    if type(value) is not int:
        raise Unreadable("seq")
    return value


def _json(name: str, value: object) -> str:
    """JSON as the hash sees it; SQLite's text has to be what we would have written, to the byte."""
    if not isinstance(value, str):
        return _COMPACT(value)
    try:
        return _compacted(value)
    except (ValueError, RecursionError) as problem:
        raise Unreadable(name) from problem


@lru_cache(maxsize=4096)
def _compacted(text: str) -> str:
    """Stored JSON without its spaces; refused where we would have written anything else, if only by a space."""
    found, end = _DECODE(text)
    if end != len(text) or _STORED(found) != text:
        raise Unreadable(text)
    return _COMPACT(found)


_DECODE = json.JSONDecoder().raw_decode
_STORED = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode
_COMPACT = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_WRITTEN = len("2026-03-02 01:00:00.000000")


def _instant(name: str, value: object) -> str:
    if isinstance(value, str) and len(value) == _WRITTEN and value[10] == " ":
        return f'"{value[:10]}T{value[11:]}+00:00"'  # not parsed: what is no instant gives another hash
    if isinstance(value, datetime) and value.tzinfo is not None:
        return f'"{_plain(value)}"'
    raise Unreadable(name)
