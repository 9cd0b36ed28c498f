"""Web and workers may ask how many of the migrations that they need are missing; the list itself they cannot read."""

from django.db import migrations

from partners.tenancy.walls import app_role

MISSING = """
CREATE FUNCTION gate_count_missing_migrations(wanted text[]) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    $$ SELECT count(*) FROM unnest(wanted) AS w (name) WHERE NOT EXISTS
       (SELECT 1 FROM public.django_migrations m WHERE m.app || '.' || m.name = w.name) $$;
REVOKE ALL ON FUNCTION gate_count_missing_migrations(text[]) FROM PUBLIC;
"""


def open_the_gate(apps, schema_editor):
    role = schema_editor.quote_name(app_role())
    schema_editor.execute(f"GRANT EXECUTE ON FUNCTION gate_count_missing_migrations(text[]) TO {role}")


class Migration(migrations.Migration):
    dependencies = [
        ("tenancy", "0002_mirror"),
    ]
    operations = [
        migrations.RunSQL(MISSING, "DROP FUNCTION gate_count_missing_migrations(text[])"),
        migrations.RunPython(open_the_gate, migrations.RunPython.noop),
    ]
