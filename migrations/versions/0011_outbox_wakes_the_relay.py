"""On PostgreSQL the outbox says so when something is put into it: whoever listens need not wait for its next look.

Revision: 0011, after 0010.
"""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A notification without content, sent at commit, once however much a transaction put in (runtime.wake)."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION outbox_event_wake() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN NOTIFY jiugai_outbox; RETURN NULL; END $$"
        )
        op.execute(
            "CREATE TRIGGER outbox_event_wake AFTER INSERT ON outbox_event "
            "FOR EACH STATEMENT EXECUTE FUNCTION outbox_event_wake()"
        )


def downgrade() -> None:
    """Silence again; the relay looks by itself."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER outbox_event_wake ON outbox_event")
        op.execute("DROP FUNCTION outbox_event_wake()")
