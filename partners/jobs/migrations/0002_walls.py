"""Intents are written by whoever acts and marked by the relay, who is woken at commit."""

from django.db import migrations

from partners.tenancy.walls import ORG, BuildWall, Rules, own

RELAY = "(SELECT app_kind()) = 'relay'"
WAKE = """
CREATE FUNCTION jobs_wake_relay() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_notify('throughline_outbox', ''); RETURN NULL; END $$;
CREATE TRIGGER wake_relay AFTER INSERT ON jobs_outboxevent
    FOR EACH STATEMENT EXECUTE FUNCTION jobs_wake_relay();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("jobs", "0001_initial"),
    ]
    operations = [
        BuildWall(
            "jobs_outboxevent",
            Rules(
                select=f"organisation_id = {ORG} OR {RELAY}",
                insert=f"organisation_id = {ORG}",
                update=RELAY,
                update_columns=["relayed_at"],
            ),
        ),
        BuildWall("jobs_job", own(delete=None)),
        migrations.RunSQL(WAKE, "DROP FUNCTION jobs_wake_relay() CASCADE"),
    ]
