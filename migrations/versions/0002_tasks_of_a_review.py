"""Tasks of a review: whose turn comes when, who holds them, conditions, attachments, delegations, reminders, copies.

Revision: 0002, after 0001.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WAITING = sa.text("status = 'waiting'")
COLUMNS = ("after_members", "window_days", "opens_on", "claimed_by", "claimed_at", "delegate", "added", "added_by")


def upgrade() -> None:
    with op.batch_alter_table("review_task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("after_members", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
        batch_op.add_column(sa.Column("window_days", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("opens_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("claimed_by", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("delegate", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("added", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("added_by", sa.String(length=120), nullable=True))
        batch_op.create_index(
            "ix_review_task_opens_on", ["opens_on"], unique=False, sqlite_where=WAITING, postgresql_where=WAITING
        )
    _say_whom_open_tasks_wait_for()
    op.create_table(
        "review_delegation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("delegator", sa.String(length=80), nullable=False),
        sa.Column("delegate", sa.String(length=80), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("opinion", sa.String(length=20), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["task_id"], ["review_task.id"], name=op.f("fk_review_delegation_task_id_review_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_delegation")),
    )
    op.create_table(
        "review_condition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("review_code", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owed_by", sa.String(length=120), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.String(length=120), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_by", sa.String(length=120), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(length=120), nullable=True),
        sa.Column("closing_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_review_condition_document_id_document")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_review_condition_project_id_project")),
        sa.ForeignKeyConstraint(["task_id"], ["review_task.id"], name=op.f("fk_review_condition_task_id_review_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_condition")),
    )
    op.create_table(
        "review_attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=400), nullable=False),
        sa.Column("media_type", sa.String(length=120), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["review_task.id"], name=op.f("fk_review_attachment_task_id_review_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_attachment")),
    )
    op.create_table(
        "review_reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("task_id", sa.Integer(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_by", sa.String(length=120), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["task_id"], ["review_task.id"], name=op.f("fk_review_reminder_task_id_review_task")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_reminder")),
        sa.UniqueConstraint("task_id", "counted_on", name=op.f("uq_review_reminder_task_id_counted_on")),
    )
    op.create_table(
        "review_copy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("copied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("copied_by", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_copy_person_id_person")),
        sa.ForeignKeyConstraint(["review_id"], ["review.id"], name=op.f("fk_review_copy_review_id_review")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_copy")),
        sa.UniqueConstraint("review_id", "person_id", name=op.f("uq_review_copy_review_id_person_id")),
    )
    for table, columns in INDEXES:
        op.create_index(f"ix_{table}_{'_'.join(columns)}", table, list(columns), unique=False)


INDEXES = (
    ("review_delegation", ("task_id",)),
    ("review_condition", ("task_id",)),
    ("review_condition", ("project_id", "review_code")),
    ("review_attachment", ("task_id",)),
    ("review_attachment", ("sha256",)),
)
TABLES = ("review_copy", "review_reminder", "review_attachment", "review_condition", "review_delegation")

REVIEW = sa.table("review", *map(sa.column, ("id", "mode", "status")), sa.column("rule", sa.JSON()))
TASK = sa.table(
    "review_task",
    *map(sa.column, ("id", "review_id", "position", "member", "status")),
    sa.column("after_members", sa.JSON()),
)


def _say_whom_open_tasks_wait_for() -> None:
    """Until now the mode alone said it: in order each task waits for the one before, a deciding lead for all others."""
    connection = op.get_bind()
    waiting = sa.select(TASK.c.review_id).where(TASK.c.status == "waiting")
    modes = dict(
        connection.execute(
            sa.select(REVIEW.c.id, REVIEW.c.mode).where(REVIEW.c.status == "open", REVIEW.c.id.in_(waiting))
        ).all()
    )
    rounds: dict[int, list[Any]] = {review: [] for review in modes}
    tasks = sa.select(TASK).where(TASK.c.review_id.in_(list(modes))).order_by(TASK.c.review_id, TASK.c.position)
    for task in connection.execute(tasks):
        rounds[task.review_id].append(task)
    for review, members in rounds.items():
        for before, task in zip([None, *members], members, strict=False):
            if task.status == "waiting":
                others = [other.member for other in members if other is not task]
                after = others if modes[review] == "lead" else [before.member] if before else []
                connection.execute(sa.update(TASK).where(TASK.c.id == task.id).values(after_members=after))


def downgrade() -> None:
    for table, columns in INDEXES:
        op.drop_index(f"ix_{table}_{'_'.join(columns)}", table_name=table)
    for table in TABLES:
        op.drop_table(table)
    with op.batch_alter_table("review_task", schema=None) as batch_op:
        batch_op.drop_index("ix_review_task_opens_on", sqlite_where=WAITING, postgresql_where=WAITING)
        for column in COLUMNS:
            batch_op.drop_column(column)
