"""What must be true of the database before a web or worker process serves anybody."""

from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from partners.tenancy.walls import OPEN_TABLES

OLDEST_SERVER = 150014

ROLE = """
SELECT r.rolname, r.rolsuper OR r.rolbypassrls, current_setting('server_version_num')::int,
       EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid AND c.relnamespace = 'public'::regnamespace)
FROM pg_roles r WHERE r.rolname = current_user
"""
UNWALLED = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'm', 'v', 'f')
  AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
  AND has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
ORDER BY c.relname
"""
UNMIRRORED = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relrowsecurity
  AND has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
  AND 2 > (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND NOT p.polpermissive
           AND p.polname IN ('wall_mirror', 'wall_mirror_delete'))
ORDER BY c.relname
"""


def refuse_unsafe_database() -> None:
    """Stop unless the walls hold for the role that this process connects as.

    Raises
    ------
    ImproperlyConfigured
        For a role that can bypass or owns tables, an old server, or a table within reach without its wall or mirror.
    """
    with connection.cursor() as cursor:
        cursor.execute(ROLE)
        role, may_bypass, version, owns = cursor.fetchone()
        if may_bypass:
            raise ImproperlyConfigured(
                f"The database role '{role}' may bypass row-level security. Give DATABASE_URL a role with"
                " NOSUPERUSER NOBYPASSRLS."
            )
        if owns:
            raise ImproperlyConfigured(
                f"The database role '{role}' owns tables. Run migrations as the role of DATABASE_OWNER_URL."
            )
        if version < OLDEST_SERVER:
            raise ImproperlyConfigured(
                f"PostgreSQL {version // 10000}.{version % 10000} is too old: 15.14 or later is needed."
            )
        cursor.execute(UNWALLED)
        without = [name for (name,) in cursor.fetchall() if name not in OPEN_TABLES]
        cursor.execute(UNMIRRORED)
        unmirrored = [name for (name,) in cursor.fetchall()]
    if without:
        raise ImproperlyConfigured(f"Tables within reach that have no wall: {', '.join(without)}.")
    if unmirrored:
        raise ImproperlyConfigured(f"Tables within reach that have no mirror: {', '.join(unmirrored)}.")


def count_missing_migrations(wanted: Sequence[str]) -> int:
    """How many of these migrations, each as `app.name`, the database does not have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT gate_count_missing_migrations(%s)", [list(wanted)])
        missing: int = cursor.fetchone()[0]
    return missing
