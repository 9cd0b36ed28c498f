"""An hour in which the installation's keepers look at one organisation: given by the owner's command, seen by its people."""

from django.db import migrations, models

import partners.tenancy.models
from partners.tenancy.walls import ORG, BuildWall, HangMirror, Rules, app_role

OWN = f"organisation_id = {ORG}"
KIND = "(SELECT app_kind())"
# Made in set-up alone; ended by an administrator; opened and left by whoever came through it.
GATE = """
CREATE FUNCTION gate_support(wanted text)
    RETURNS TABLE (public_id varchar, is_opened boolean, organisation_id bigint, organisation_public_id varchar,
                   name varchar, kind varchar, currency varchar, time_zone varchar)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    $$ SELECT s.public_id, s.opened_at IS NOT NULL, o.id, o.public_id, o.name, o.kind, o.currency, o.time_zone
       FROM public.organisations_supportaccess s JOIN public.organisations_organisation o ON o.id = s.organisation_id
       WHERE s.digest = wanted AND s.ended_at IS NULL AND s.expires_at > now() $$;
REVOKE ALL ON FUNCTION gate_support(text) FROM PUBLIC;
"""


def open_the_gate(apps, schema_editor):
    role = schema_editor.quote_name(app_role())
    schema_editor.execute(f"GRANT EXECUTE ON FUNCTION gate_support(text) TO {role}")


class Migration(migrations.Migration):
    dependencies = [
        ("organisations", "0008_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="SupportAccess",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("public_id", partners.tenancy.models.PublicIdField(prefix="spt")),
                (
                    "organisation_id",
                    models.BigIntegerField(
                        db_default=partners.tenancy.models.ActingOrganisation(), editable=False
                    ),
                ),
                ("name", models.CharField(max_length=120)),
                ("reason", models.CharField(max_length=300)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField(auto_now_add=True)),
                ("expires_at", models.DateTimeField()),
                ("opened_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
                "default_permissions": (),
                "base_manager_name": "objects",
                "default_manager_name": "objects",
                "indexes": [models.Index(fields=["organisation_id", "expires_at"], name="support_live")],
            },
        ),
        BuildWall(
            "organisations_supportaccess",
            Rules(
                select=OWN,
                insert=f"{OWN} AND {KIND} = 'founder'",
                update=f"{OWN} AND ((SELECT app_seat()) = 'administrator' OR {KIND} = 'support')",
                update_columns=["opened_at", "ended_at"],
            ),
        ),
        HangMirror("organisations_supportaccess", "false"),
        migrations.RunSQL(GATE, "DROP FUNCTION gate_support(text)"),
        migrations.RunPython(open_the_gate, migrations.RunPython.noop),
    ]
