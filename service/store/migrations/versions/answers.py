"""Answers and feedback on them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("advice", sa.Text, nullable=False),
    )
    op.create_index("answers_by_time", "answers", ["asked_at"])
    op.create_table(
        "feedback",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("answer_id", sa.Text, sa.ForeignKey("answers.id"), nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
    )
    op.create_index("feedback_by_answer", "feedback", ["answer_id"])
    op.create_index("feedback_by_time", "feedback", ["at"])
