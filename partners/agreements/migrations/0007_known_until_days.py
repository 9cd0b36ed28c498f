"""What ended grants tell of an account stands beside what live ones tell: a row for each day until which it is seen.

The new key is built beside the old one, so that nobody who reads has to wait.
"""

from datetime import date

from django.db import migrations, models

from partners.tenancy.walls import ORG, PURPOSE

TABLE = "agreements_grantedaccount"
SEEN = f"distributor_id = {ORG} OR (manufacturer_id = {ORG} AND purposes & {PURPOSE} <> 0 AND {{until}})"
UNTIL, UNTIL_IF_SET = "seen_until > current_date", "(seen_until IS NULL OR seen_until > current_date)"
ENDS = f"UPDATE {TABLE} SET seen_until = '{date.max}' WHERE seen_until IS NULL"
OPENS = (
    f"ALTER TABLE {TABLE} ALTER COLUMN seen_until DROP NOT NULL;"
    f" UPDATE {TABLE} SET seen_until = NULL WHERE seen_until = '{date.max}'"
)
# One row each again: the one that is seen longest.
KEEP_ONE = f"DELETE FROM {TABLE} t USING {TABLE} longer WHERE longer.seen_until > t.seen_until" + "".join(
    f" AND longer.{column} = t.{column}" for column in ("partnership_id", "category", "account_id")
)
# PostgreSQL reads the table once under a weak lock, and then knows that no row is without a day.
CHECKED = (
    f"ALTER TABLE {TABLE} ADD CONSTRAINT has_an_end CHECK (seen_until IS NOT NULL) NOT VALID",
    f"ALTER TABLE {TABLE} VALIDATE CONSTRAINT has_an_end",
)
UNCHECKED = f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS has_an_end"


def keyed(*columns: str) -> list[str]:
    """The primary key from now on; what stopped half-way can be run again."""
    return [
        f"DROP INDEX CONCURRENTLY IF EXISTS {TABLE}_next",
        f"CREATE UNIQUE INDEX CONCURRENTLY {TABLE}_next ON {TABLE} ({', '.join(columns)})",
        f"ALTER TABLE {TABLE} DROP CONSTRAINT {TABLE}_pkey,"
        f" ADD CONSTRAINT {TABLE}_pkey PRIMARY KEY USING INDEX {TABLE}_next",
    ]


NOW = keyed("partnership_id", "category", "account_id", "seen_until")
BEFORE = keyed("partnership_id", "category", "account_id")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ("agreements", "0006_one_granted_account"),
    ]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL([UNCHECKED, ENDS, *CHECKED, *NOW, UNCHECKED], [KEEP_ONE, *BEFORE, OPENS]),
            ],
            state_operations=[
                migrations.AlterField("grantedaccount", "seen_until", models.DateField(default=date.max)),
                migrations.AlterField(
                    "grantedaccount",
                    "pk",
                    models.CompositePrimaryKey(
                        "partnership_id",
                        "category",
                        "account_id",
                        "seen_until",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
        ),
        migrations.RunSQL(
            f"ALTER POLICY wall_select ON {TABLE} USING ({SEEN.format(until=UNTIL)})",
            f"ALTER POLICY wall_select ON {TABLE} USING ({SEEN.format(until=UNTIL_IF_SET)})",
        ),
    ]
