"""Questions that were taken and are not answered yet."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "errands",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("work", sa.Text, nullable=False),
        sa.Column("held", sa.Text),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("errands_by_lease", "errands", ["leased_until"])
