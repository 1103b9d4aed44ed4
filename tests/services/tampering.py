"""What somebody with the database in hand would do to the record: triggers dropped first."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.world import World


class Key:
    """A signing key of the tests."""

    def __init__(self, seed: bytes = b"\x01" * 32) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self._key = Ed25519PrivateKey.from_private_bytes(seed)

    @property
    def public(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)


def unguard(session: Session) -> None:
    """Take the guards away: on PostgreSQL until the transaction ends, as its superuser can."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
        return
    for name in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
        session.execute(text(f"DROP TRIGGER {name}"))


def force(world: World, *statements: str, **data: Any) -> None:
    """Run statements as if no trigger were there."""
    with world.write() as session:
        unguard(session)
        for statement in statements:
            session.execute(text(statement), data)
