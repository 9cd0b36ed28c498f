"""A file is its sender's; that one came in is metadata of volume."""

from django.db import migrations

from partners.agreements.models import Category
from partners.agreements.walls import OWN_LINES, wholly_granted
from partners.tenancy.walls import ORG, BuildWall, Rules, app_role, own

OWN_FILE = (
    f"distributor_id = {ORG} AND submission_id IN"
    f" (SELECT s.id FROM ingestion_submission s WHERE s.distributor_id = {ORG})"
)
GATE = """
CREATE FUNCTION gate_submission(wanted text) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    $$ SELECT s.distributor_id FROM public.ingestion_submission s WHERE s.public_id = wanted $$;
REVOKE ALL ON FUNCTION gate_submission(text) FROM PUBLIC;
"""


def open_the_gate(apps, schema_editor):
    role = schema_editor.quote_name(app_role())
    schema_editor.execute(f"GRANT EXECUTE ON FUNCTION gate_submission(text) TO {role}")


class Migration(migrations.Migration):
    dependencies = [
        ("ingestion", "0001_initial"),
        ("agreements", "0002_walls"),
    ]
    operations = [
        BuildWall(
            "ingestion_submission",
            Rules(
                select=f"distributor_id = {ORG} OR (state = 'committed' AND {wholly_granted(Category.VOLUME)})",
                insert=OWN_LINES,
                update=OWN_LINES,
            ),
        ),
        BuildWall("ingestion_submissioncheck", own("distributor_id", insert=OWN_FILE, delete=None)),
        BuildWall("ingestion_submissionpiece", own("distributor_id", insert=OWN_FILE, update=None)),
        BuildWall("ingestion_quarantinedrow", own("distributor_id", insert=OWN_FILE, update=None)),
        BuildWall("ingestion_feedmapping", own("distributor_id", insert=OWN_LINES, update=OWN_LINES)),
        migrations.RunSQL(GATE, "DROP FUNCTION gate_submission(text)"),
        migrations.RunPython(open_the_gate, migrations.RunPython.noop),
    ]
