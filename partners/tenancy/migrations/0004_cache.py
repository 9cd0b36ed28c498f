"""A cache that all processes share without another server: in it attempts at logging in are counted."""

from django.db import migrations

from partners.tenancy.walls import app_role

# As `createcachetable` makes it. Losing it in a crash loses minutes of counting and nothing else: no write-ahead log.
CACHE = """
CREATE UNLOGGED TABLE portal_cache (
    cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL
);
CREATE INDEX portal_cache_expires ON portal_cache (expires);
"""


def open_the_cache(apps, schema_editor):
    role = schema_editor.quote_name(app_role())
    schema_editor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON portal_cache TO {role}")


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0003_missing_migrations"),
    ]
    operations = [
        migrations.RunSQL(CACHE, "DROP TABLE portal_cache"),
        migrations.RunPython(open_the_cache, migrations.RunPython.noop),
    ]
