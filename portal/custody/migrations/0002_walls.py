"""Receipts and archives are their organisation's own; a receipt that is finished is never changed."""

from django.db import migrations

from partners.tenancy.walls import ORG, USER, BuildWall, HangMirror, app_role, own

OWN = f"organisation_id = {ORG}"
ASKED = (
    f"{OWN} AND asked_by_id IS NOT DISTINCT FROM {USER} AND (partnership_id IS NULL OR partnership_id IN"
    f" (SELECT p.id FROM agreements_partnership p WHERE p.distributor_id = {ORG}))"
)
TABLES = ("custody_receipt", "custody_archive", "custody_archivepiece")
# Whose archives have had their days, before anybody acts: ids alone.
GATE = """
CREATE FUNCTION gate_holders_of_archives(before timestamptz) RETURNS TABLE (organisation_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    $$ SELECT DISTINCT a.organisation_id FROM public.custody_archive a WHERE a.asked_at < before $$;
REVOKE ALL ON FUNCTION gate_holders_of_archives(timestamptz) FROM PUBLIC;
"""


def open_the_gate(apps, schema_editor):
    role = schema_editor.quote_name(app_role())
    schema_editor.execute(f"GRANT EXECUTE ON FUNCTION gate_holders_of_archives(timestamptz) TO {role}")


class Migration(migrations.Migration):
    dependencies = [
        ("custody", "0001_initial"),
        ("agreements", "0003_mirror"),
        ("tenancy", "0002_mirror"),
    ]
    operations = [
        BuildWall(
            "custody_receipt",
            own(
                insert=f"{ASKED} AND finished_at IS NULL",
                update=f"{OWN} AND finished_at IS NULL",
                updated=OWN,
                update_columns=["state", "destroyed", "finished_at", "digest"],
                delete=None,
            ),
        ),
        BuildWall(
            "custody_archive",
            own(insert=ASKED, update_columns=["state", "rows", "size", "sha256", "ready_at"]),
        ),
        BuildWall("custody_archivepiece", own(update=None)),
        *(HangMirror(table, "false") for table in TABLES),
        migrations.RunSQL(GATE, "DROP FUNCTION gate_holders_of_archives(timestamptz)"),
        migrations.RunPython(open_the_gate, migrations.RunPython.noop),
    ]
