"""The installation's keepers count over all organisations, through functions that return bare numbers."""

from django.db import migrations

from partners.tenancy.walls import app_role

FIGURES = """
CREATE FUNCTION gate_outbox_backlog() RETURNS TABLE (waiting bigint, oldest_seconds double precision)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    $$ SELECT count(*), coalesce(greatest(0, extract(epoch FROM now() - min(e.created_at))), 0)::double precision
       FROM public.jobs_outboxevent e WHERE e.relayed_at IS NULL $$;
CREATE FUNCTION gate_count_jobs(tasks text[]) RETURNS TABLE (place integer, state varchar, jobs bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    $$ SELECT coalesce(array_position(tasks, split_part(j.key, ':', 1)), 0), j.state, count(*)
       FROM public.jobs_job j GROUP BY 1, 2 ORDER BY 1, 2 $$;
"""
NAMES = ("gate_outbox_backlog()", "gate_count_jobs(text[])")


def open_the_gate(apps, schema_editor):
    role = schema_editor.quote_name(app_role())
    for name in NAMES:
        schema_editor.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")
        schema_editor.execute(f"GRANT EXECUTE ON FUNCTION {name} TO {role}")


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0003_mirror"),
    ]
    operations = [
        migrations.RunSQL(FIGURES, "; ".join(f"DROP FUNCTION {name}" for name in NAMES)),
        migrations.RunPython(open_the_gate, migrations.RunPython.noop),
    ]
