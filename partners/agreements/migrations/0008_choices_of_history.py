"""What ended grants left is known by what it opens, no longer by the grant: a need may be met by several of them.

Rows that open the same become one. The table follows from the grants; what is missing comes with the next expansion of its
partnership, and so does everything after the way back, which cannot tell the grants.
"""

from django.db import migrations, models

TABLE = "agreements_keptcell"
OPENS = ("partnership_id", "category", "family_id", "month", "granularity", "recorded_until", "seen_until")
SAME = " AND ".join(f"other.{column} = k.{column}" for column in OPENS)
MERGED = f"""
UPDATE {TABLE} k SET purposes = (SELECT bit_or(other.purposes) FROM {TABLE} other WHERE {SAME});
DELETE FROM {TABLE} k USING {TABLE} other WHERE {SAME} AND other.grant_id < k.grant_id;
"""
KEYED = f"ALTER TABLE {TABLE} DROP CONSTRAINT {TABLE}_pkey, ADD PRIMARY KEY ({{}})"
NOW = f"{KEYED.format(', '.join(OPENS))}, DROP COLUMN grant_id"
BEFORE = f"ALTER TABLE {TABLE} ADD COLUMN grant_id bigint NOT NULL; " + KEYED.format(
    "partnership_id, grant_id, family_id, month"
)


class Migration(migrations.Migration):
    dependencies = [
        ("agreements", "0007_known_until_days"),
    ]
    operations = [
        migrations.RunSQL(MERGED, f"DELETE FROM {TABLE}"),
        # The new key finds a cell as well.
        migrations.RemoveIndex("keptcell", "kept_cells_of_partnership"),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(NOW, BEFORE)],
            state_operations=[
                migrations.AlterField(
                    "keptcell",
                    "pk",
                    models.CompositePrimaryKey(
                        *OPENS, blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                migrations.RemoveField("keptcell", "grant_id"),
            ],
        ),
    ]
