"""The installation's keepers count files over all organisations, by state and nothing else."""

from django.db import migrations

from partners.tenancy.walls import app_role

FIGURES = """
CREATE FUNCTION gate_count_submissions() RETURNS TABLE (state varchar, submissions bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    $$ SELECT s.state, count(*) FROM public.ingestion_submission s GROUP BY 1 ORDER BY 1 $$;
REVOKE ALL ON FUNCTION gate_count_submissions() FROM PUBLIC;
"""


def open_the_gate(apps, schema_editor):
    role = schema_editor.quote_name(app_role())
    schema_editor.execute(f"GRANT EXECUTE ON FUNCTION gate_count_submissions() TO {role}")


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0003_mirror"),
    ]
    operations = [
        migrations.RunSQL(FIGURES, "DROP FUNCTION gate_count_submissions()"),
        migrations.RunPython(open_the_gate, migrations.RunPython.noop),
    ]
