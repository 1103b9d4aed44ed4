"""How Alembic reaches the database: through models.engine, in one transaction."""

from __future__ import annotations

from alembic import context

import models.tables  # noqa: F401 - so that every table is known to the metadata
from models.base import Base
from models.engine import open_engine


def run() -> None:
    """Run the migrations that were asked for."""
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
