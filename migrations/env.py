"""How Alembic reaches the database: through models.engine, in one transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

import models.tables  # noqa: F401 - so that every table is known to the metadata
from models.base import Base
from models.engine import open_engine


def run() -> None:
    """Run the migrations that were asked for: in the caller's transaction, or in one of their own."""
    given: Connection | None = context.config.attributes.get("connection")
    if given is not None:
        context.configure(connection=given, target_metadata=Base.metadata, render_as_batch=True)
        context.run_migrations()
        return
    engine = open_engine(context.config.attributes["url"])
    try:
        with engine.connect() as connection:
            context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
            with context.begin_transaction():
                context.run_migrations()
            connection.commit()
    finally:
        engine.dispose()


run()
