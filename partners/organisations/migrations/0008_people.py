"""Who took a seat is known where they sit; a seat's holder and beginning never change, only a seat settles who and where."""

from django.db import migrations, models

from partners.tenancy.walls import ORG, app_role

ADMINISTERS = "(SELECT app_seat()) = 'administrator'"
# Nobody is read by being seated: `accepted` is set by the person's own acceptance (access.0005), and by nothing else.
COLLEAGUES = f"""
CREATE POLICY colleagues_know ON organisations_user FOR SELECT USING (
    id IN (SELECT m.user_id FROM organisations_membership m WHERE m.organisation_id = {ORG} AND m.accepted))
"""
SEAT_UPDATES = f"""
CREATE POLICY seat_update ON organisations_organisation AS RESTRICTIVE FOR UPDATE
    USING ({ADMINISTERS}) WITH CHECK ({ADMINISTERS})
"""


def narrow(apps, schema_editor):
    role = schema_editor.quote_name(app_role())
    schema_editor.execute(f"REVOKE UPDATE ON organisations_membership FROM {role}")
    schema_editor.execute(f"GRANT UPDATE (role, reach, ended_at) ON organisations_membership TO {role}")
    schema_editor.execute(f"GRANT UPDATE (owner_id) ON organisations_apiclient TO {role}")


def widen(apps, schema_editor):
    role = schema_editor.quote_name(app_role())
    schema_editor.execute(f"REVOKE UPDATE (owner_id) ON organisations_apiclient FROM {role}")
    schema_editor.execute(f"REVOKE UPDATE (role, reach, ended_at) ON organisations_membership FROM {role}")
    schema_editor.execute(f"GRANT UPDATE ON organisations_membership TO {role}")


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0007_walls_of_logins"),
    ]
    operations = [
        migrations.AddField("membership", "accepted", models.BooleanField(default=False)),
        migrations.RunSQL(COLLEAGUES, "DROP POLICY colleagues_know ON organisations_user"),
        migrations.RunSQL(SEAT_UPDATES, "DROP POLICY seat_update ON organisations_organisation"),
        migrations.RunPython(narrow, widen),
    ]
