"""Lanes of the outbox: a delivery waits for its own channel only.

Revision: 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# What waits for its channel already goes into that channel's lane.
INTO_LANES = """
UPDATE outbox_event SET lane = (
    SELECT delivery.channel FROM delivery WHERE delivery.id = {delivery}
) WHERE kind = 'delivery_requested' AND EXISTS (SELECT 1 FROM delivery WHERE delivery.id = {delivery})
"""
DELIVERY = {
    "sqlite": "json_extract(outbox_event.payload, '$.delivery')",
    "postgresql": "CAST(outbox_event.payload ->> 'delivery' AS INTEGER)",
}


def upgrade() -> None:
    """Give every event its lane."""
    op.add_column("outbox_event", sa.Column("lane", sa.String(30), nullable=False, server_default="reaction"))
    op.execute(INTO_LANES.format(delivery=DELIVERY[op.get_bind().dialect.name]))


def downgrade() -> None:
    """One lane for all."""
    op.drop_column("outbox_event", "lane")
