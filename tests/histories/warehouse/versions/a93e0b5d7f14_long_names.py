"""names over 63 characters

Revision ID: a93e0b5d7f14
Revises: 60d1f7a3c8e2
Create Date: 2024-03-01 10:14:26

"""
from alembic import op
import sqlalchemy as sa

revision = "a93e0b5d7f14"
down_revision = "60d1f7a3c8e2"
branch_labels = None
depends_on = None


def upgrade():
    # SQLAlchemy cuts the index's name to 55 characters and a hash; PostgreSQL shortens the constraint's, and cuts what
    # raw SQL asks for.
    op.create_table(
        "storage_hall_temperature_and_humidity_measurement_readings",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("calibrated_sensor_identifier", sa.String(40), nullable=False, index=True),
        sa.Column("value_in_degrees", sa.Float),
        sa.UniqueConstraint("calibrated_sensor_identifier", "value_in_degrees"),
    )
    op.execute(
        "CREATE INDEX ix_storage_hall_temperature_and_humidity_measurement_readings_value_in_degrees"
        " ON storage_hall_temperature_and_humidity_measurement_readings (value_in_degrees)"
    )


def downgrade():
    raise NotImplementedError
