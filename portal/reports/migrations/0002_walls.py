"""Schedules are their organisation's own; a document is its reader's, while what it rests on may be seen."""

from django.db import migrations

from partners.tenancy.walls import ORG, USER, BuildWall, HangMirror, Rules, app_role, own, sequence_grants

OWN = f"organisation_id = {ORG}"
IS_WORKER = "(SELECT app_kind()) = 'worker'"
FRESH = (
    "NOT EXISTS (SELECT 1 FROM reports_basis b WHERE b.report_id = reports_reportfile.report_id"
    " AND ((b.partnership_id, b.epoch) NOT IN"
    " (SELECT p.id, p.epoch FROM agreements_partnership p WHERE p.state = 'active')"
    " OR EXISTS (SELECT 1 FROM agreements_grant g WHERE g.id = ANY (b.grants) AND g.revoked_at IS NOT NULL)))"
)
# Its reader sees a document while it is fresh; a worker once it is not, so that it can erase it.
READS = f"{OWN} AND ((reader_user_id = {USER} AND {FRESH}) OR ({IS_WORKER} AND NOT ({FRESH})))"
# What belongs to a report is added by its reader alone: a key may point at a row that its writer does not see.
OF_ONES_OWN = (
    f"{OWN} AND report_id IN (SELECT r.id FROM reports_report r"
    f" WHERE r.organisation_id = {ORG} AND r.reader_user_id = {USER})"
)
# How it went is noted; whose it is and of what is settled when it is ordered.
WENT = ["state", "mail", "written_at", "mailed_at", "pages", "size", "sha256", "rights"]
TABLES = (
    "reports_schedule", "reports_recipient", "reports_occurrence", "reports_report", "reports_basis", "reports_reportfile",
)  # fmt: skip
# What is due, before anybody acts: ids alone.
GATE = """
CREATE FUNCTION gate_due_schedules(moment timestamptz) RETURNS TABLE (schedule_id bigint, organisation_id bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    $$ SELECT s.id, s.organisation_id FROM public.reports_schedule s
       WHERE s.state = 'active' AND s.next_at <= moment ORDER BY s.next_at, s.id $$;
REVOKE ALL ON FUNCTION gate_due_schedules(timestamptz) FROM PUBLIC;
"""
CLOCK = (
    "django_celery_beat_clockedschedule, django_celery_beat_crontabschedule, django_celery_beat_intervalschedule,"
    " django_celery_beat_periodictask, django_celery_beat_periodictasks, django_celery_beat_solarschedule"
)


def open_the_gate(apps, schema_editor):
    role = schema_editor.quote_name(app_role())
    schema_editor.execute(f"GRANT EXECUTE ON FUNCTION gate_due_schedules(timestamptz) TO {role}")
    schema_editor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {CLOCK} TO {role}")
    for table in CLOCK.split(", "):
        for statement in sequence_grants(table, role):
            schema_editor.execute(statement, params=None)


def close_the_gate(apps, schema_editor):
    role = schema_editor.quote_name(app_role())
    schema_editor.execute(f"REVOKE ALL ON {CLOCK} FROM {role}")


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0001_initial"),
        ("agreements", "0003_mirror"),
        ("tenancy", "0002_mirror"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]
    operations = [
        BuildWall("reports_schedule", own(delete=None, update_columns=["owner_id", "state", "next_at"])),
        BuildWall("reports_recipient", own(update=None, delete=None)),
        BuildWall("reports_occurrence", own(update=None, delete=None)),
        BuildWall("reports_report", own(delete=None, update_columns=WENT)),
        BuildWall("reports_basis", own(insert=OF_ONES_OWN, update=None, delete=None)),
        BuildWall(
            "reports_reportfile",
            Rules(
                select=READS,
                insert=f"{OF_ONES_OWN} AND reader_user_id = {USER}",
                delete=f"{OWN} AND {IS_WORKER} AND NOT ({FRESH})",
            ),
        ),
        *(HangMirror(table, "false") for table in TABLES),
        migrations.RunSQL(GATE, "DROP FUNCTION gate_due_schedules(timestamptz)"),
        migrations.RunPython(open_the_gate, close_the_gate),
    ]
