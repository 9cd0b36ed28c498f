"""Clients are their organisation's own; administrators make them, and each writes its own tokens."""

from django.db import migrations

from partners.tenancy.walls import ORG, USER, BuildWall, HangMirror, Rules, app_role

ADMINISTERS = "(SELECT app_seat()) = 'administrator'"
OWN = f"organisation_id = {ORG}"
OF_ONES_OWN = "client_id IN (SELECT c.id FROM organisations_apiclient c)"
GATE = """
CREATE FUNCTION gate_credential(wanted text)
    RETURNS TABLE (credential_id bigint, kind varchar, client_id bigint, public_id varchar, scopes varchar[],
                   organisation_id bigint, user_id bigint, role varchar, reach varchar, time_zone varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    $$ SELECT k.id, k.kind, c.id, c.public_id, coalesce(k.scopes, c.scopes), o.id, u.id, m.role, m.reach, o.time_zone
       FROM public.organisations_apicredential k
       JOIN public.organisations_apiclient c ON c.id = k.client_id AND c.organisation_id = k.organisation_id
       JOIN public.organisations_organisation o ON o.id = c.organisation_id
       JOIN public.organisations_user u ON u.id = c.owner_id AND u.is_active
       JOIN public.organisations_membership m ON m.user_id = u.id AND m.organisation_id = o.id
       WHERE k.digest = wanted AND k.ended_at IS NULL AND k.expires_at > now() AND c.ended_at IS NULL
         AND m.ended_at IS NULL $$;
REVOKE ALL ON FUNCTION gate_credential(text) FROM PUBLIC;
"""


def open_the_gate(apps, schema_editor):
    role = schema_editor.quote_name(app_role())
    schema_editor.execute(f"GRANT EXECUTE ON FUNCTION gate_credential(text) TO {role}")


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0005_clients"),
        ("tenancy", "0002_mirror"),
    ]
    operations = [
        BuildWall(
            "organisations_apiclient",
            Rules(
                select=OWN,
                insert=f"{OWN} AND {ADMINISTERS} AND made_by_id IS NOT DISTINCT FROM {USER}",
                update=f"{OWN} AND {ADMINISTERS}",
                update_columns=["ended_at"],
            ),
        ),
        BuildWall(
            "organisations_apicredential",
            Rules(
                select=OWN,
                insert=f"{OWN} AND {OF_ONES_OWN} AND (kind = 'token' OR {ADMINISTERS})",
                update=OWN,
                update_columns=["last_used_at", "ended_at"],
                delete=f"{OWN} AND kind = 'token'",
            ),
        ),
        HangMirror("organisations_apiclient", "false"),
        HangMirror("organisations_apicredential", "false"),
        migrations.RunSQL(GATE, "DROP FUNCTION gate_credential(text)"),
        migrations.RunPython(open_the_gate, migrations.RunPython.noop),
    ]
