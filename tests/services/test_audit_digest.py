"""The hash of an entry: the fast one over what is stored equals the one written, whatever people typed."""

from __future__ import annotations

import hashlib
from collections import namedtuple
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text

from models.audit import AuditEntry
from models.engine import open_engine
from runtime.database import Database, open_database
from services.audit import Act, record
from services.audit_chain import verify
from services.audit_digest import AlgorithmUnavailable, Unreadable, digest, hasher, stored_digest
from tests.world import World

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
INSTANTS = st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    row: dict[str, Any] = {c.name: draw(WORDS) for c in AuditEntry.__table__.columns if c.name not in ("id", "hash")}
    row |= {name: draw(WORDS | st.none()) for name in ("on_behalf_of", "reason", "pack", "request_id")}
    row |= {name: draw(st.dictionaries(WORDS, JSON, max_size=3)) for name in ("before", "after")}
    row |= {name: draw(INSTANTS) for name in ("occurred_at", "recorded_at")}
    return row | {"seq": draw(st.integers(1, 2**31)), "algorithm": draw(st.sampled_from(["sha256", "sm3"]))}


Row = namedtuple("Row", [c.name for c in AuditEntry.__table__.columns])  # type: ignore[misc]


def as_stored(row: dict[str, Any], *, sqlite: bool) -> Any:
    engine = open_engine("sqlite://")
    dump = engine.dialect._json_serializer  # type: ignore[attr-defined]
    stored = dict(row)
    if sqlite:
        stored |= {name: dump(row[name]) for name in ("before", "after")}
        stored |= {name: row[name].strftime("%Y-%m-%d %H:%M:%S.%f") for name in ("occurred_at", "recorded_at")}
    return Row(id=1, hash="", **stored)


class TestStoredDigest:
    @given(rows())
    def test_is_the_one_written_from_either_database(self, row: dict[str, Any]) -> None:
        assert stored_digest(as_stored(row, sqlite=True)) == digest(row)
        assert stored_digest(as_stored(row, sqlite=False)) == digest(row)

    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("before", '{"a":1}'),
            ("after", "{"),
            ("recorded_at", "2026"),
            ("seq", "1"),
            ("actor", b"x"),
            ("reason", 7),
            ("actor", "\udcff"),
        ],
    )
    def test_of_what_is_not_as_we_write_it_there_is_none(self, world: World, column: str, value: Any) -> None:
        with world.write() as session:
            record(session, Act("note", "x", "noted", "li.street", "test", world.now, after={"a": 1}))
        with world.read() as session:
            found = session.execute(text("SELECT * FROM audit_entry ORDER BY id DESC LIMIT 1")).one()
            assert stored_digest(found) == session.scalar(select(AuditEntry.hash).order_by(AuditEntry.id.desc()))
        with pytest.raises(Unreadable):
            stored_digest(Row(**{**found._mapping, column: value}))


class TestAlgorithm:
    def test_one_this_machine_does_not_offer_is_refused_before_anything_is_written(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hasher.cache_clear()
        monkeypatch.setattr(hashlib, "algorithms_available", {"sha256"})
        with pytest.raises(AlgorithmUnavailable, match="sm3"):
            open_database(world.database.url, audit_algorithm="sm3")
        hasher.cache_clear()

    def test_sm3_is_the_published_one(self) -> None:
        expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        assert hasher("sm3")(b"abc").hex() == expected

    def test_new_entries_carry_the_algorithm_of_the_settings(self, world: World) -> None:
        database = Database(world.database.url, audit_algorithm="sm3")
        with database.write() as session:
            record(session, Act("note", "x", "noted", "li.street", "test", world.now))
        with database.read() as session:
            assert session.scalar(select(AuditEntry.algorithm).where(AuditEntry.subject == "note")) == "sm3"
            assert list(verify(session)) == []
        database.close()
